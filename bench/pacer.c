/* Requests at a steady rate, whatever becomes of those before them, and what became of each.
 *
 * `pacer [-c CONNECTIONS] [-m MOST] [-d SECONDS] [-e EVERY] [-t TIMEOUT] [-n] PORT RATE`, with the bytes of a request on
 * standard input: one thread, one epoll, 127.0.0.1. Each request is sent as it is there, its first twelve zeros replaced
 * by its number. Number k is due k / RATE seconds from the beginning. It goes out on the connection that has been idle
 * for longest (with -n: for the shortest time); where none is idle it waits, and another is opened while there are fewer
 * than MOST. CONNECTIONS are kept open: one that the server ends is replaced at once, before anything is due. It ends
 * after SECONDS of requests, or by SIGTERM, when all are answered or TIMEOUT seconds have passed.
 *
 * A line of JSON every EVERY seconds, of those seconds, and one of all ("whole": true) at the end; times are [p50, p99,
 * p99.9, greatest] in us, 1.6 % coarse. due = sent + unsent; sent = answered + failed + raced (+ what is under way).
 *
 * unsent: due, and no connection was to be had for it. refused, unreached: connections that were not to be had.
 * raced: sent on a connection that had been idle, and reset without a byte of answer: the server closed it at the same
 *     moment, and its kernel says that nobody reads there any more. Nobody is at fault, and the client must try again.
 * failed: by `reset` and `eof`, also those of an answer's middle; eof alone, without a byte of an answer, is one whose
 *     server took the request and went. By `timeout`, or because an answer is `malformed`.
 * closed_idle: ended by the server while nothing was asked there, which is its right; nothing is lost by it. That is
 *     looked for once more before every request, as urllib3 and httpcore do. (wrk calls a reset there an error, and an
 *     end of file, which may cut an answer off, nothing at all.)
 * said_close: answers after which the connection could not be used again. unasked: connections that said something
 *     though nothing was asked. waited: requests that found no idle connection when they were due.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 8192, ROOM = 1 << 20, CONNECTIONS = 16384, READY = 256, BUCKETS = 2048, STATUSES = 1000, NONE = -1 };
enum phase { AWAY, DIALLING, IDLE, ASKING };
enum reading { STATUS, FIELDS, BODY, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILERS, UNTIL_CLOSE, WHOLE, WRONG };

#define COUNTERS(X) X(due) X(sent) X(unsent) X(waited) X(raced) X(refused) X(unreached) X(opened) X(closed_idle) \
                    X(said_close) X(unasked)
#define FAILURES(X) X(reset) X(eof) X(timeout) X(malformed)
#define SPANS(X) X(late) X(first) X(took) X(since_due) X(race)
#define COUNTER(name) C_##name,
#define FAILURE(name) F_##name,
#define SPAN(name) S_##name,
#define NAME(name) #name,
enum { COUNTERS(COUNTER) COUNTER_COUNT };
enum { FAILURES(FAILURE) FAILURE_COUNT };
enum { SPANS(SPAN) SPAN_COUNT };
static const char *counter_names[] = {COUNTERS(NAME)}, *failure_names[] = {FAILURES(NAME)}, *span_names[] = {SPANS(NAME)};

typedef struct {             /* nothing but counts, so that two can be added as rows of numbers */
    uint64_t counters[COUNTER_COUNT], failed[FAILURE_COUNT], statuses[STATUSES], spans[SPAN_COUNT][BUCKETS];
} Figures;

typedef struct {
    int fd, before, after;   /* the neighbours among those that are idle */
    enum phase phase;
    enum reading reading;
    int used, touched, last; /* something was answered here; of this answer something came; no more may be asked here */
    size_t written;          /* bytes of the request */
    uint64_t number;
    int64_t due, since;      /* ns: when the request was due, and sent; or when dialling began */
    int error, status, chunked;
    int64_t length, left;    /* as the head says, or NONE; bytes of the body or chunk that are still to come */
    size_t filled;
    char line[LINE];
} Conn;

static Conn *conns;
static Figures part, whole;
static int poller, timer, port, keep = 32, most, open_now, dialling, asking, newest_first, oldest = NONE, newest = NONE;
static double rate, seconds, every = 1.0, patience = 15.0;
static int64_t begun;
static uint64_t due, taken, looked, limit = UINT64_MAX;
static char request[ROOM];
static size_t request_length;
static char *serial;
static volatile sig_atomic_t told_to_stop;

static void replace(Conn *conn);
static void read_on(Conn *conn);

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int64_t ns(double s) { return (int64_t)(s * 1e9); }

static void quit(const char *what) { perror(what); exit(1); }

static void stop(int number) { (void)number; told_to_stop = 1; }

/* Figures ------------------------------------------------------------------------------------------------------- */

static void record(int span, int64_t nanoseconds) {
    uint64_t us = nanoseconds > 0 ? (uint64_t)nanoseconds / 1000 : 0;
    if (us >> 36) us = (1ULL << 36) - 1;
    unsigned above = us < 128 ? 0 : 57 - (unsigned)__builtin_clzll(us);
    part.spans[span][(above << 6) + (us >> above)]++;
}

static uint64_t quantile(const uint64_t *buckets, double share) {
    uint64_t total = 0, seen = 0;
    for (int i = 0; i < BUCKETS; i++) total += buckets[i];
    for (int i = 0; i < BUCKETS; i++) {
        seen += buckets[i];
        if (!buckets[i] || (double)seen < share * (double)total) continue;
        unsigned above = i < 128 ? 0 : ((unsigned)i >> 6) - 1;
        return ((((uint64_t)i - (above << 6)) + 1) << above) - 1;
    }
    return 0;
}

static void print(const Figures *figures, double length, int all) {
    printf("{\"seconds\": %.3f, \"whole\": %s", length, all ? "true" : "false");
    for (int i = 0; i < COUNTER_COUNT; i++)
        printf(", \"%s\": %llu", counter_names[i], (unsigned long long)figures->counters[i]);
    const char *comma = "";
    printf(", \"answered\": {");
    for (int i = 0; i < STATUSES; i++)
        if (figures->statuses[i]) {
            printf("%s\"%d\": %llu", comma, i, (unsigned long long)figures->statuses[i]);
            comma = ", ";
        }
    printf("}, \"failed\": {");
    for (int i = 0; i < FAILURE_COUNT; i++)
        printf("%s\"%s\": %llu", i ? ", " : "", failure_names[i], (unsigned long long)figures->failed[i]);
    printf("}");
    for (int i = 0; i < SPAN_COUNT; i++) {
        printf(", \"%s_us\": [", span_names[i]);
        const double shares[] = {0.5, 0.99, 0.999, 1.0};
        for (int j = 0; j < 4; j++)
            printf("%s%llu", j ? ", " : "", (unsigned long long)quantile(figures->spans[i], shares[j]));
        printf("]");
    }
    printf("}\n");
    fflush(stdout);
}

/* Adds what is new to the whole; says it where `aloud`. */
static void line_ends(int64_t from, int64_t at, int aloud) {
    if (aloud) print(&part, (double)(at - from) / 1e9, 0);
    uint64_t *sum = (uint64_t *)&whole, *more = (uint64_t *)&part;
    for (size_t i = 0; i < sizeof whole / sizeof *sum; i++) sum[i] += more[i];
    memset(&part, 0, sizeof part);
}

/* Connections --------------------------------------------------------------------------------------------------- */

static void watch(const Conn *conn, int operation, uint32_t events) {
    struct epoll_event want = {.events = events, .data.u32 = (uint32_t)(conn - conns)};
    if (epoll_ctl(poller, operation, conn->fd, &want)) quit("epoll_ctl");
}

static void rest(Conn *conn) {
    int at = (int)(conn - conns);
    conn->phase = IDLE;
    conn->before = newest;
    conn->after = NONE;
    if (newest == NONE) oldest = at; else conns[newest].after = at;
    newest = at;
}

static void rise(Conn *conn) {
    if (conn->before == NONE) oldest = conn->after; else conns[conn->before].after = conn->after;
    if (conn->after == NONE) newest = conn->before; else conns[conn->after].before = conn->before;
}

static void hang_up(Conn *conn) {
    if (conn->phase == IDLE) rise(conn);
    asking -= conn->phase == ASKING;
    dialling -= conn->phase == DIALLING;
    open_now--;
    close(conn->fd);
    conn->phase = AWAY;
}

/* With it goes the request that it was for, if one waits. */
static void not_connected(Conn *conn, int error) {
    part.counters[error == ECONNREFUSED ? C_refused : C_unreached]++;
    hang_up(conn);
    if (taken == due) return;
    taken++;
    part.counters[C_unsent]++;
}

static void dial(void) {
    Conn *conn = conns;
    int yes = 1;
    while (conn->phase != AWAY) conn++;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    conn->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (conn->fd < 0) quit("socket");
    setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    conn->phase = DIALLING;
    conn->since = now();
    conn->used = conn->last = 0;
    open_now++;
    dialling++;
    watch(conn, EPOLL_CTL_ADD, EPOLLOUT);
    if (connect(conn->fd, (struct sockaddr *)&to, sizeof to) && errno != EINPROGRESS) not_connected(conn, errno);
}

static void connected(Conn *conn) {
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) { not_connected(conn, error); return; }
    dialling--;
    part.counters[C_opened]++;
    watch(conn, EPOLL_CTL_MOD, EPOLLIN);
    rest(conn);
}

static void replace(Conn *conn) {
    hang_up(conn);
    if (open_now < keep && taken < limit) dial();
}

/* Requests ------------------------------------------------------------------------------------------------------ */

static void fail(Conn *conn, int how) {
    part.failed[how]++;
    replace(conn);
}

static void answered(Conn *conn) {
    int64_t at = now();
    part.statuses[conn->status]++;
    record(S_took, at - conn->since);
    record(S_since_due, at - conn->due);
    conn->used = 1;
    if (conn->last || conn->written < request_length) {
        part.counters[C_said_close]++;
        replace(conn);
    } else {
        asking--;
        rest(conn);
    }
}

/* By an end of file (`error` is 0), or a reset. */
static void lost(Conn *conn, int error) {
    socklen_t size = sizeof error;
    if (conn->phase == IDLE) {
        part.counters[C_closed_idle]++;
        replace(conn);
        return;
    }
    /* An end of file may have come before the request went out: then the answer to that was a reset, which is kept here. */
    if (!error) error = conn->error;
    if (!error) getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (!conn->touched && conn->used && error) {
        part.counters[C_raced]++;
        record(S_race, now() - conn->since);
        replace(conn);
    } else if (conn->reading == UNTIL_CLOSE && !error) {
        answered(conn);
    } else {
        fail(conn, error ? F_reset : F_eof);
    }
}

/* Sends what is left of its request. */
static void write_on(Conn *conn) {
    char number[13];
    snprintf(number, sizeof number, "%012llu", (unsigned long long)conn->number % 1000000000000ULL);
    if (serial) memcpy(serial, number, 12);
    ssize_t put = send(conn->fd, request + conn->written, request_length - conn->written, MSG_NOSIGNAL);
    if (put < 0) {
        if (errno != EAGAIN) conn->error = errno;
        return;
    }
    size_t before = conn->written;
    conn->written += (size_t)put;
    if (conn->written < request_length) watch(conn, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
    else if (before) watch(conn, EPOLL_CTL_MOD, EPOLLIN);
}

static int64_t due_at(uint64_t number) { return begun + (int64_t)((double)number * 1e9 / rate); }

static void ask(Conn *conn) {
    char byte;
    if (recv(conn->fd, &byte, 1, MSG_PEEK) >= 0 || errno != EAGAIN) { read_on(conn); return; }
    conn->reading = STATUS;
    conn->touched = conn->last = conn->chunked = conn->status = conn->error = 0;
    conn->length = NONE;
    conn->filled = conn->written = 0;
    conn->number = taken;
    conn->due = due_at(taken);
    conn->since = now();
    write_on(conn);
    if (!conn->written) { lost(conn, conn->error); return; }   /* it ended just now, and nothing went out */
    rise(conn);
    conn->phase = ASKING;
    asking++;
    taken++;
    part.counters[C_sent]++;
    record(S_late, conn->since - conn->due);
}

/* All that are due, as far as there are connections. */
static void send_due(int64_t at) {
    uint64_t before = due;
    while (due < limit && due_at(due) <= at) due++;
    part.counters[C_due] += due - before;
    while (taken < due) {
        if (oldest != NONE) ask(&conns[newest_first ? newest : oldest]);
        else if ((uint64_t)dialling < due - taken && open_now < most) dial();
        else break;
    }
    if (looked < taken) looked = taken;
    part.counters[C_waited] += due - looked;
    looked = due;
    if (due == limit || taken < due) return;   /* with a line standing, every answer wakes us anyway */
    int64_t next = due_at(due);
    struct itimerspec then = {.it_value = {next / 1000000000, next % 1000000000}};
    if (timerfd_settime(timer, TFD_TIMER_ABSTIME, &then, NULL)) quit("timerfd_settime");
}

/* Answers ------------------------------------------------------------------------------------------------------- */

/* -1 for what is no number, or too large. */
static int64_t number_in(const char *text, int base) {
    size_t digits = strspn(text, base == 16 ? "0123456789abcdefABCDEF" : "0123456789");
    const char *after = text + digits + strspn(text + digits, " \t");
    int ends = !*after || (base == 16 && *after == ';');
    return digits && digits < 16 && ends ? strtoll(text, NULL, base) : -1;
}

static enum reading field(Conn *conn) {
    char *value = strchr(conn->line, ':');
    if (!value || value == conn->line || strcspn(conn->line, " \t") < (size_t)(value - conn->line)) return WRONG;
    *value++ = 0;
    value += strspn(value, " \t");
    if (!strcasecmp(conn->line, "content-length")) {
        int64_t length = number_in(value, 10);
        if (length < 0 || (conn->length != NONE && conn->length != length)) return WRONG;
        conn->length = length;
    } else if (!strcasecmp(conn->line, "transfer-encoding")) {
        if (strcasecmp(value, "chunked") || conn->chunked) return WRONG;
        conn->chunked = 1;
    } else if (!strcasecmp(conn->line, "connection")) {
        if (strcasestr(value, "close")) conn->last = 1;
        if (strcasestr(value, "keep-alive")) conn->last = 0;
    }
    return FIELDS;
}

static enum reading after_head(Conn *conn) {
    if (conn->status < 200) return conn->status == 101 || conn->chunked || conn->length != NONE ? WRONG : STATUS;
    if (conn->status == 204 || conn->status == 304) return WHOLE;
    if (conn->chunked) return conn->length == NONE ? CHUNK_SIZE : WRONG;
    conn->left = conn->length;
    if (conn->length == NONE) conn->last = 1;
    return conn->length == NONE ? UNTIL_CLOSE : conn->length ? BODY : WHOLE;
}

static enum reading status_line(Conn *conn) {
    int minor;
    if (sscanf(conn->line, "HTTP/1.%1d %3d", &minor, &conn->status) != 2 || minor > 1) return WRONG;
    if (conn->status < 100 || strcspn(conn->line, " ") != 8 || !strchr(" ", conn->line[12])) return WRONG;
    conn->last = minor == 0;
    return FIELDS;
}

/* A line is here, without its end: what is read next. */
static enum reading after_line(Conn *conn) {
    switch (conn->reading) {
    case STATUS: return status_line(conn);
    case FIELDS: return *conn->line ? field(conn) : after_head(conn);
    case CHUNK_SIZE:
        conn->left = number_in(conn->line, 16);
        return conn->left < 0 ? WRONG : conn->left ? CHUNK : TRAILERS;
    case CHUNK_END: return *conn->line ? WRONG : CHUNK_SIZE;
    case TRAILERS: return *conn->line ? TRAILERS : WHOLE;
    default: return WRONG;
    }
}

static void take(Conn *conn, const char *bytes, size_t length) {
    size_t at = 0;
    while (at < length && conn->reading != WHOLE && conn->reading != WRONG) {
        if (conn->reading == UNTIL_CLOSE) return;
        if (conn->reading == BODY || conn->reading == CHUNK) {
            size_t some = length - at < (size_t)conn->left ? length - at : (size_t)conn->left;
            at += some;
            conn->left -= (int64_t)some;
            if (!conn->left) conn->reading = conn->reading == CHUNK ? CHUNK_END : WHOLE;
            continue;
        }
        conn->line[conn->filled++] = bytes[at++];
        if (bytes[at - 1] == '\n') {
            int well = conn->filled > 1 && conn->line[conn->filled - 2] == '\r' && !memchr(conn->line, 0, conn->filled);
            conn->line[well ? conn->filled - 2 : 0] = 0;
            conn->filled = 0;
            conn->reading = well ? after_line(conn) : WRONG;
        } else if (conn->filled == LINE) {
            conn->reading = WRONG;
        }
    }
    if (conn->reading == WRONG || (conn->reading == WHOLE && at < length)) fail(conn, F_malformed);
    else if (conn->reading == WHOLE) answered(conn);
}

static void read_on(Conn *conn) {
    static char bytes[1 << 16];
    ssize_t got = recv(conn->fd, bytes, sizeof bytes, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) { lost(conn, got ? errno : 0); return; }
    if (conn->phase == IDLE) {
        part.counters[C_unasked]++;
        replace(conn);
        return;
    }
    if (!conn->touched) record(S_first, now() - conn->since);
    conn->touched = 1;
    take(conn, bytes, (size_t)got);
}

/* The whole ----------------------------------------------------------------------------------------------------- */

static void expire(int64_t at) {
    for (int i = 0; i < most; i++) {
        Conn *conn = &conns[i];
        if ((conn->phase != ASKING && conn->phase != DIALLING) || at - conn->since < ns(patience)) continue;
        if (conn->phase == ASKING) fail(conn, F_timeout); else not_connected(conn, ETIMEDOUT);
    }
}

static void hear(int milliseconds) {
    struct epoll_event ready[READY];
    int found = epoll_wait(poller, ready, READY, milliseconds);
    for (int i = 0; i < found; i++) {
        if (ready[i].data.u32 == CONNECTIONS) continue;
        Conn *conn = &conns[ready[i].data.u32];
        if (conn->phase == DIALLING) { connected(conn); continue; }
        if (conn->phase == ASKING && ready[i].events & EPOLLOUT) write_on(conn);
        if (ready[i].events & ~(uint32_t)EPOLLOUT && conn->phase != AWAY && conn->phase != DIALLING) read_on(conn);
    }
}

static void play(void) {
    int64_t at = begun, from = begun, look = begun, end = 0;
    while (limit != due || taken < due || asking) {
        send_due(at);
        hear(50);
        at = now();
        if (told_to_stop && due < limit) limit = due;
        if (due == limit && !end) end = at + ns(patience);
        if (end && at > end && taken < due) {
            part.counters[C_unsent] += due - taken;
            taken = due;
        }
        if (at >= look) { look = at + ns(0.05); expire(at); }
        if (at - from >= ns(every)) { line_ends(from, at, 1); from = at; }
    }
    line_ends(from, at, 0);
    print(&whole, (double)(at - begun) / 1e9, 1);
}

static void understand(int count, char **words) {
    int option;
    while ((option = getopt(count, words, "c:m:d:e:t:n")) != -1) {
        if (option == 'c') keep = atoi(optarg);
        else if (option == 'm') most = atoi(optarg);
        else if (option == 'd') seconds = atof(optarg);
        else if (option == 'e') every = atof(optarg);
        else if (option == 't') patience = atof(optarg);
        else if (option == 'n') newest_first = 1;
        else exit(2);
    }
    if (most < keep) most = keep;
    port = optind + 1 < count ? atoi(words[optind]) : 0;
    rate = optind + 1 < count ? atof(words[optind + 1]) : 0;
    if (optind + 2 != count || port <= 0 || rate <= 0 || keep <= 0 || most > CONNECTIONS || every <= 0) {
        fprintf(stderr, "usage: pacer [-c CONNECTIONS] [-m MOST] [-d SECONDS] [-e EVERY] [-t TIMEOUT] [-n] PORT RATE\n");
        exit(2);
    }
    if (seconds > 0) limit = (uint64_t)(seconds * rate + 0.5);
    request_length = fread(request, 1, ROOM, stdin);
    if (!request_length || request_length == ROOM) { fprintf(stderr, "pacer: no request, or too long\n"); exit(2); }
    serial = memmem(request, request_length, "000000000000", 12);
}

int main(int count, char **words) {
    understand(count, words);
    signal(SIGTERM, stop);
    signal(SIGINT, stop);
    conns = calloc((size_t)most, sizeof *conns);
    poller = epoll_create1(EPOLL_CLOEXEC);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (!conns || poller < 0 || timer < 0) quit("pacer");
    struct epoll_event want = {.events = EPOLLIN | EPOLLET, .data.u32 = CONNECTIONS};
    if (epoll_ctl(poller, EPOLL_CTL_ADD, timer, &want)) quit("epoll_ctl");
    for (int i = 0; i < keep; i++) dial();
    begun = now();
    play();
    return 0;
}
