/* cmocka_all.h: cmocka with the headers that it needs before it. Layer: tests. */
#ifndef TCCC_TESTS_CMOCKA_ALL_H
#define TCCC_TESTS_CMOCKA_ALL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those four */
#include <cmocka.h>

#endif
