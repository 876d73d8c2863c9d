/* SPDX-License-Identifier: MIT */
#include "core/base/alloc.h"
#include "core/crypto.h"
#include "process.h"
#include "yard.h"
#include "yard_db.h"
#include "yard_link.h"
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define DESKS_MAX 32
#define WAIT_MS 5

/* A message here: u64 when it was sent ‖ filler ‖ signature.  An acknowledgement: u64 how many are durable. */

static const struct bytes context = {(const uint8_t *)"bench", 5};

/* What all processes see. */
struct board {
    atomic_size_t done; /* desks that have sent and received all */
    double latencies[]; /* seconds; messages ‖ messages ‖ …, a run of them for each desk that receives */
};

/* The thread that commits: what was handed to it in one transaction. */
struct cabinet {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    struct buffer in;          /* under the lock: u16 size ‖ record, … */
    uint64_t taken, committed; /* under the lock: records */
    bool closing;
    int wake; /* eventfd */
    struct yard_db db;
    bool slow;
};

struct desk {
    const struct yard_office *office;
    size_t number;
    struct yard_link links[DESKS_MAX];
    uint64_t received[DESKS_MAX], told[DESKS_MAX]; /* messages of each; acknowledged to each */
    uint64_t upto[DESKS_MAX];                      /* how many records the cabinet held with the newest of each */
    struct cabinet cabinet;
    struct sign_secret secret;
    struct sign_public publics[DESKS_MAX];
    struct buffer waiting; /* own messages that are not durable: `office->size` bytes each, with signature */
    uint64_t *waiting_at;  /* by own number: of the cabinet's records how many there are with it */
    size_t sent, left, count, expected;
    double *latencies;
    size_t latency_count;
};

/* ---------------------------------------------------------------- storage */

static void commit(struct cabinet *cabinet, struct bytes records)
{
    for (size_t at = 0; at < records.size; at += 2 + get_u16(records.data + at))
        yard_db_append(&cabinet->db, (struct bytes){records.data + at + 2, get_u16(records.data + at)});
    if (cabinet->slow)
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    yard_db_commit(&cabinet->db);
}

static void *keep(void *arg)
{
    struct cabinet *cabinet = arg;
    const uint64_t one = 1;

    pthread_mutex_lock(&cabinet->lock);
    for (;;) {
        while (!cabinet->in.size && !cabinet->closing)
            pthread_cond_wait(&cabinet->moved, &cabinet->lock);
        if (!cabinet->in.size)
            break;
        struct buffer records = cabinet->in;
        uint64_t taken = cabinet->taken;
        cabinet->in = (struct buffer){0};
        pthread_mutex_unlock(&cabinet->lock);
        commit(cabinet, buffer_bytes(&records));
        buffer_done(&records);
        pthread_mutex_lock(&cabinet->lock);
        cabinet->committed = taken;
        if (write(cabinet->wake, &one, sizeof one) != sizeof one)
            die("an eventfd does not take a number");
    }
    pthread_mutex_unlock(&cabinet->lock);
    return NULL;
}

/* How many records it holds with this one. */
static uint64_t hand_over(struct cabinet *cabinet, struct bytes record)
{
    pthread_mutex_lock(&cabinet->lock);
    put_u16(buffer_extend(&cabinet->in, 2), (uint16_t)record.size);
    buffer_append(&cabinet->in, record);
    uint64_t taken = ++cabinet->taken;
    pthread_mutex_unlock(&cabinet->lock);
    return taken;
}

/* ---------------------------------------------------------------- a desk */

static size_t author_size(const struct desk *desk)
{
    return desk->office->size + sizeof(struct signature);
}

static void write_message(struct desk *desk)
{
    struct signature signature;
    size_t before = desk->waiting.size;
    uint8_t *message = buffer_extend(&desk->waiting, author_size(desk));

    memset(message, 0, desk->office->size);
    put_u64(message, now_ns());
    crypto_sign(&desk->secret, context, (struct bytes){message, desk->office->size}, &signature);
    memcpy(message + desk->office->size, signature.bytes, sizeof signature.bytes);
    desk->waiting_at[desk->sent++] =
        hand_over(&desk->cabinet, (struct bytes){desk->waiting.data + before, author_size(desk)});
}

/* Nothing leaves before it is durable here. */
static void send_durable(struct desk *desk, uint64_t committed)
{
    for (; desk->left < desk->sent && desk->waiting_at[desk->left] <= committed; desk->left++)
        for (size_t i = 0; i < desk->office->desks; i++)
            if (i != desk->number)
                yard_link_queue(&desk->links[i],
                                (struct bytes){desk->waiting.data + desk->left * author_size(desk), author_size(desk)});
}

static void acknowledge(struct desk *desk, uint64_t committed)
{
    uint8_t answer[8];

    for (size_t i = 0; i < desk->office->desks; i++)
        if (desk->told[i] < desk->received[i] && desk->upto[i] <= committed) {
            put_u64(answer, desk->told[i] = desk->received[i]);
            yard_link_queue(&desk->links[i], BYTES_OF(answer));
        }
}

static void tell_durable(struct desk *desk)
{
    uint64_t committed, number;

    if (read(desk->cabinet.wake, &number, sizeof number) != sizeof number)
        return;
    pthread_mutex_lock(&desk->cabinet.lock);
    committed = desk->cabinet.committed;
    pthread_mutex_unlock(&desk->cabinet.lock);
    send_durable(desk, committed);
    acknowledge(desk, committed);
    for (size_t i = 0; i < desk->office->desks; i++)
        if (i != desk->number && desk->links[i].out.size)
            yard_link_flush(&desk->links[i]);
}

static void take_message(struct desk *desk, size_t author, struct bytes message)
{
    struct signature signature;
    struct bytes text = {message.data, message.size - sizeof signature.bytes};

    memcpy(signature.bytes, text.data + text.size, sizeof signature.bytes);
    if (crypto_verify(&desk->publics[author], context, text, &signature) != OK)
        die("a signature does not verify");
    desk->latencies[desk->latency_count++] = seconds_since(get_u64(text.data));
    desk->received[author]++;
    desk->upto[author] = hand_over(&desk->cabinet, message);
}

static void receive(struct desk *desk, size_t author)
{
    struct bytes message;

    if (!yard_link_fill(&desk->links[author]))
        die("a desk is gone");
    while (yard_link_next(&desk->links[author], &message))
        if (message.size > 8)
            take_message(desk, author, message);
}

static void look_around(struct desk *desk, int timeout_ms)
{
    struct pollfd sources[DESKS_MAX + 1];
    size_t desks = desk->office->desks;

    for (size_t i = 0; i < desks; i++)
        sources[i] = (struct pollfd){.fd = i == desk->number ? -1 : desk->links[i].fd, .events = POLLIN};
    sources[desks] = (struct pollfd){.fd = desk->cabinet.wake, .events = POLLIN};
    if (poll(sources, desks + 1, timeout_ms) <= 0)
        return;
    for (size_t i = 0; i < desks; i++)
        if (sources[i].revents)
            receive(desk, i);
    if (sources[desks].revents)
        tell_durable(desk);
    pthread_cond_signal(&desk->cabinet.moved);
}

/* Until every desk has all: what one of them does not read would be lost to it with the connection. */
static void work(struct desk *desk, struct board *board)
{
    const struct yard_office *office = desk->office;
    uint64_t start = now_ns() + desk->number * office->pause_ns, each = office->desks * office->pause_ns;
    bool done = false;

    while (atomic_load(&board->done) < office->desks) {
        while (desk->sent < desk->count && now_ns() >= start + desk->sent * each) {
            write_message(desk);
            pthread_cond_signal(&desk->cabinet.moved);
        }
        uint64_t now = now_ns(), next = start + desk->sent * each;
        bool soon = desk->sent < desk->count && next < now + WAIT_MS * UINT64_C(1000000);
        look_around(desk, soon ? (int)((next > now ? next - now : 0) / 1000000) : WAIT_MS);
        if (!done && desk->left == desk->count && desk->latency_count == desk->expected) {
            done = true;
            atomic_fetch_add(&board->done, 1);
        }
    }
}

static void run(struct desk *desk, struct board *board)
{
    struct cabinet *cabinet = &desk->cabinet;
    const struct yard_office *office = desk->office;
    struct path directory = office->slow_ram ? scratch_ram_directory("yardstick") : scratch_directory("yardstick");

    yard_db_reopen(&cabinet->db, &directory);
    cabinet->slow = office->slow_ram;
    cabinet->wake = eventfd(0, EFD_NONBLOCK);
    pthread_mutex_init(&cabinet->lock, NULL);
    pthread_cond_init(&cabinet->moved, NULL);
    desk->count = office->messages / office->desks;
    desk->expected = desk->count * (office->desks - 1);
    desk->waiting_at = alloc_zero(desk->count, sizeof *desk->waiting_at);
    desk->latencies = board->latencies + desk->number * office->messages;
    if (pthread_create(&cabinet->thread, NULL, keep, cabinet) != 0)
        die("no thread");
    work(desk, board);
    pthread_mutex_lock(&cabinet->lock);
    cabinet->closing = true;
    pthread_cond_signal(&cabinet->moved);
    pthread_mutex_unlock(&cabinet->lock);
    pthread_join(cabinet->thread, NULL);
    yard_db_close(&cabinet->db);
    scratch_remove(&directory);
}

/* ---------------------------------------------------------------- the office */

static void seat(struct desk *desks, const struct yard_office *office)
{
    for (size_t i = 0; i < office->desks; i++) {
        uint8_t seed[32] = {(uint8_t)i};
        struct sign_public public;
        desks[i].office = office;
        desks[i].number = i;
        crypto_sign_keypair_from(seed, &public, &desks[i].secret);
        for (size_t j = 0; j < office->desks; j++)
            desks[j].publics[i] = public;
        for (size_t j = 0; j < i; j++)
            yard_link_pair(&desks[i].links[j], &desks[j].links[i]);
    }
}

void yard_office(const struct yard_office *office, struct samples *ret)
{
    struct desk *desks = alloc_zero(office->desks, sizeof *desks);
    size_t each = office->messages / office->desks * (office->desks - 1);
    size_t size = sizeof(struct board) + office->desks * office->messages * sizeof(double);
    struct board *board = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t children[DESKS_MAX];

    if (board == MAP_FAILED || office->desks > DESKS_MAX)
        die("no memory for so many desks");
    scratch_path(""); /* made here, for all of them */
    seat(desks, office);
    for (size_t i = 0; i < office->desks; i++) {
        children[i] = process_fork();
        if (children[i] == 0) {
            run(&desks[i], board);
            _exit(0);
        }
    }
    for (size_t i = 0; i < office->desks; i++)
        process_join(children[i]);
    for (size_t i = 0; i < office->desks; i++) {
        for (size_t j = 0; j < each; j++)
            samples_add(ret, board->latencies[i * office->messages + j]);
        for (size_t j = 0; j < office->desks; j++)
            if (j != i)
                yard_link_done(&desks[i].links[j]);
    }
    munmap(board, size);
    free(desks);
}
