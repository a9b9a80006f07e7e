/* libre.h: libre's headers with the switches its Debian package was built with. Layer: server.
 * Without HAVE_STDBOOL_H they define _Bool as a macro for signed char, which breaks every header that comes after.
 */
#ifndef TCCC_SERVER_LIBRE_H
#define TCCC_SERVER_LIBRE_H

#define HAVE_STDBOOL_H 1
#define HAVE_INET6 1
#define HAVE_INTTYPES_H 1
#define USE_OPENSSL 1
#define USE_TLS 1
#include <inttypes.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <re.h>

#endif
