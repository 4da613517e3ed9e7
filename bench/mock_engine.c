/* An engine that answers at once with fixed bytes, so that what is measured is the gateway.
 *
 * `mock_engine EVENTS EVERY_MS PORT...`: one thread, one epoll, every port on 127.0.0.1. POST /v1/chat/completions is
 * answered by a completion of 576 bytes, or, where its body asks for a stream, by EVENTS events of 197 bytes, one
 * every EVERY_MS, each in a chunk of its own and written by itself, then by the finish, the usage and [DONE].
 * GET /v1/models lists the model; GET /count says how many answers and events were sent; any other GET gets {}, any
 * other POST 404 (vllm-router's cache_aware asks every engine to render every prompt, which older ones cannot).
 * Heads are those of vLLM behind uvicorn, with a date that moves. Bodies come with a content-length.
 * mock_engine.py does the same, slower, where there is no compiler.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ROOM = 1 << 18, CONNECTIONS = 65536, READY = 256 };

#define OK "200 OK"
#define CHUNK "data: {\"id\":\"chatcmpl-mock\",\"object\":\"chat.completion.chunk\",\"created\":1700000000," \
              "\"model\":\"mock-model\",\"choices\":["
#define DELTA "{\"index\":0,\"delta\":{\"content\":\" layered\"},\"logprobs\":null,\"finish_reason\":null}]}\n\n"
#define FINISH "{\"index\":0,\"delta\":{},\"logprobs\":null,\"finish_reason\":\"stop\"}]}\n\n"
#define USAGE "],\"usage\":{\"prompt_tokens\":180,\"completion_tokens\":100,\"total_tokens\":280}}\n\n"

typedef struct {
    int listens;         /* 1: accepts, 0: talks */
    size_t used;         /* bytes of `in` */
    int left;            /* events still to come; 0: no stream is on */
    int64_t due;         /* when the next one is, in ns */
    char in[ROOM];
} Conn;

static Conn *conns[CONNECTIONS];
static int streaming[CONNECTIONS], streams;
static uint64_t answers, events;
static int poller, events_each;
static int64_t every;
static char answer[768], date[64];

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void set_date(void) {
    static time_t last;
    time_t t = time(NULL);
    if (t == last) return;
    last = t;
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime(&t));
}

static void drop(int fd) {
    for (int i = 0; i < streams; i++)
        if (streaming[i] == fd) { streaming[i] = streaming[--streams]; break; }
    close(fd);
    free(conns[fd]);
    conns[fd] = NULL;
}

/* Whole or not at all: what does not fit into the socket's buffer would be a client that does not read. */
static int put(int fd, const char *bytes, size_t length) {
    return send(fd, bytes, length, MSG_NOSIGNAL) == (ssize_t)length;
}

static int put_body(int fd, const char *status, const char *body) {
    char out[1536];
    set_date();
    int length = snprintf(out, sizeof out, "HTTP/1.1 %s\r\ndate: %s\r\nserver: uvicorn\r\ncontent-length: %zu\r\n"
                          "content-type: application/json\r\n\r\n%s", status, date, strlen(body), body);
    return put(fd, out, (size_t)length);
}

static int put_chunk(int fd, const char *head, const char *event) {
    char out[1024];
    int length = snprintf(out, sizeof out, "%s%zx\r\n%s\r\n", head, strlen(event), event);
    events++;
    return put(fd, out, (size_t)length);
}

static int begin_stream(int fd) {
    char head[256];
    set_date();
    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\ndate: %s\r\nserver: uvicorn\r\n"
             "content-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n", date);
    conns[fd]->left = events_each - 1;
    conns[fd]->due = now() + every;
    streaming[streams++] = fd;
    return put_chunk(fd, head, CHUNK DELTA);
}

/* The end comes in one piece, as from engines whose last three events are ready at the same time. */
static int end_stream(int fd) {
    char out[1024];
    const char *last[] = {CHUNK FINISH, CHUNK USAGE, "data: [DONE]\n\n"};
    int length = 0;
    for (int i = 0; i < 3; i++)
        length += snprintf(out + length, sizeof out - (size_t)length, "%zx\r\n%s\r\n", strlen(last[i]), last[i]);
    length += snprintf(out + length, sizeof out - (size_t)length, "0\r\n\r\n");
    answers++;
    return put(fd, out, (size_t)length);
}

static void stream_on(void) {
    int64_t at = now();
    for (int i = 0; i < streams;) {
        int fd = streaming[i];
        Conn *conn = conns[fd];
        int open = 1;
        if (conn->due <= at) {
            conn->due += every;
            if (conn->left-- > 0) {
                open = put_chunk(fd, "", CHUNK DELTA);
            } else {
                streaming[i] = streaming[--streams];
                open = end_stream(fd);
                if (!open) drop(fd);
                continue;
            }
        }
        if (open) i++; else drop(fd);
    }
}

static int reply(int fd, const char *request, const char *body, size_t length) {
    char text[128];
    if (!strncmp(request, "GET /count", 10)) {
        snprintf(text, sizeof text, "{\"answers\":%llu,\"events\":%llu}", (unsigned long long)answers,
                 (unsigned long long)events);
        return put_body(fd, OK, text);
    }
    if (!strncmp(request, "GET /v1/models", 14))
        return put_body(fd, OK, "{\"object\":\"list\",\"data\":[{\"id\":\"mock-model\",\"object\":"
                        "\"model\",\"created\":1700000000,\"owned_by\":\"mock\"}]}");
    if (!strncmp(request, "GET ", 4)) return put_body(fd, OK, "{}");
    if (strncmp(request, "POST /v1/chat/completions ", 26))
        return put_body(fd, "404 Not Found", "{\"detail\":\"Not Found\"}");
    if (memmem(body, length, "\"stream\":true", 13) || memmem(body, length, "\"stream\": true", 14))
        return begin_stream(fd);
    answers++;
    return put_body(fd, OK, answer);
}

/* Every whole request of what has come; 0 if the connection is to be closed. */
static int serve(int fd) {
    Conn *conn = conns[fd];
    size_t at = 0;
    char *end;
    while ((end = memmem(conn->in + at, conn->used - at, "\r\n\r\n", 4))) {
        *end = 0;                              /* strcasestr wants an end */
        char *said = strcasestr(conn->in + at, "\r\ncontent-length:");
        size_t length = said ? strtoul(said + 17, NULL, 10) : 0;
        if (strcasestr(conn->in + at, "\r\ntransfer-encoding:")) return 0;
        *end = '\r';
        size_t head = (size_t)(end - conn->in) - at + 4;
        if (head + length > ROOM) return 0;
        if (conn->used - at < head + length) break;
        if (!reply(fd, conn->in + at, conn->in + at + head, length)) return 0;
        at += head + length;
    }
    memmove(conn->in, conn->in + at, conn->used - at);
    conn->used -= at;
    return conn->used < ROOM;
}

static void listen_on(int port) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 1024)) { perror("mock_engine"); exit(1); }
    conns[fd] = calloc(1, sizeof(Conn));
    conns[fd]->listens = 1;
    struct epoll_event want = {.events = EPOLLIN, .data.fd = fd};
    epoll_ctl(poller, EPOLL_CTL_ADD, fd, &want);
}

static void accept_all(int listener) {
    int fd, yes = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        if (fd >= CONNECTIONS) { close(fd); continue; }
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        conns[fd] = calloc(1, sizeof(Conn));
        struct epoll_event want = {.events = EPOLLIN, .data.fd = fd};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &want);
    }
}

static void read_on(int fd) {
    Conn *conn = conns[fd];
    ssize_t got = recv(fd, conn->in + conn->used, ROOM - conn->used, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) { drop(fd); return; }
    conn->used += (size_t)got;
    if (!serve(fd)) drop(fd);
}

int main(int count, char **words) {
    if (count < 4) { fprintf(stderr, "usage: mock_engine EVENTS EVERY_MS PORT...\n"); return 2; }
    const char *text = "Hierarchical navigable small world graphs keep long links on sparse upper layers. ";
    snprintf(answer, sizeof answer, "{\"id\":\"chatcmpl-mock\",\"object\":\"chat.completion\",\"created\":1700000000,"
             "\"model\":\"mock-model\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":"
             "\"%s%s%s%.60s\"},\"finish_reason\":\"stop\",\"logprobs\":null}],\"usage\":{\"prompt_tokens\":180,"
             "\"completion_tokens\":64,\"total_tokens\":244}}", text, text, text, text);
    events_each = atoi(words[1]);
    every = atoi(words[2]) * 1000000LL;
    poller = epoll_create1(0);
    for (int i = 3; i < count; i++) listen_on(atoi(words[i]));
    struct epoll_event ready[READY];
    for (;;) {
        int found = epoll_wait(poller, ready, READY, streams ? 1 : -1);
        for (int i = 0; i < found; i++) {
            int fd = ready[i].data.fd;
            if (!conns[fd]) continue;
            if (conns[fd]->listens) accept_all(fd); else read_on(fd);
        }
        if (streams) stream_on();
    }
}
