#include "feed.h"

const char *feed_kind_name(enum feed_kind kind)
{
    static const char *const names[] = {
#define X(kind, name) name,
        FEED_KINDS(X)
#undef X
    };

    return names[kind];
}
