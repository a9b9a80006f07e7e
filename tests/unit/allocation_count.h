/* allocation_count.h: counts calls of the allocator, with and without AddressSanitizer. Include it in one file of a test. */
#ifndef TCCC_TESTS_ALLOCATION_COUNT_H
#define TCCC_TESTS_ALLOCATION_COUNT_H

#include <stddef.h>

static unsigned long allocation_count;

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

#if defined(__SANITIZE_ADDRESS__)
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *, size_t), void (*on_free)(const volatile void *));
static void allocation_seen(const volatile void *memory, size_t size) {
    (void)memory, (void)size;
    allocation_count++;
}
static void allocation_gone(const volatile void *memory) {
    (void)memory;
}
static void allocation_count_start(void) {
    static int installed;
    if (!installed++) __sanitizer_install_malloc_and_free_hooks(allocation_seen, allocation_gone);
    allocation_count = 0;
}
#else
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
__attribute__((visibility("default"))) void *malloc(size_t size) {
    allocation_count++;
    return __libc_malloc(size);
}
__attribute__((visibility("default"))) void *calloc(size_t count, size_t size) {
    allocation_count++;
    return __libc_calloc(count, size);
}
__attribute__((visibility("default"))) void *realloc(void *memory, size_t size) {
    allocation_count++;
    return __libc_realloc(memory, size);
}
static void allocation_count_start(void) {
    allocation_count = 0;
}
#endif

#endif
