/* speech_peer.h: starts tests/peers/speech_service.js and stops it. Layer: tests. */
#ifndef TCCC_TESTS_SPEECH_PEER_H
#define TCCC_TESTS_SPEECH_PEER_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
    pid_t pid;
    int input;                       /* the service ends when it is closed */
    int port;
    char url[64];
} speech_peer;

/* 0, or -1: it did not start. */
static inline int speech_peer_start(speech_peer *peer) {
    int in[2], out[2];
    if (pipe(in) || pipe(out)) return -1;
    peer->pid = fork();
    if (peer->pid == 0) {
        dup2(in[0], 0);
        dup2(out[1], 1);
        for (int fd = 3; fd < 1024; fd++) close(fd);
        execlp("node", "node", TCCC_SOURCE_DIR "/tests/peers/speech_service.js", (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    peer->input = in[1];
    FILE *port = fdopen(out[0], "r");
    int good = fscanf(port, "%d", &peer->port) == 1;
    fclose(port);
    snprintf(peer->url, sizeof peer->url, "http://127.0.0.1:%d/speak", peer->port);
    return good ? 0 : -1;
}

static inline void speech_peer_stop(speech_peer *peer) {
    int status;
    close(peer->input);
    waitpid(peer->pid, &status, 0);
}

#endif
