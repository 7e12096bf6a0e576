/* The version, given by the Makefile. */
#ifndef KEPU_CTL_VERSION_H
#define KEPU_CTL_VERSION_H

#ifndef KEPU_VERSION
#define KEPU_VERSION "0.0.0"
#endif

#endif
