/* What systemd wants to hear (sd_notify(3)), without its library. */
#ifndef KEPU_SYSTEMD_H
#define KEPU_SYSTEMD_H

/* "READY=1", "STOPPING=1" …; nothing happens where $NOTIFY_SOCKET is not set. */
void systemd_notify(const char *state);

#endif
