/* SPDX-License-Identifier: MIT */
#include "start_node.h"
#include "output.h"
#include "refusal.h"
#include "times.h"
#include "translate.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS_MAX 32
#define POLL_INTERVAL_MS 10
#define GRACE_MS 2000 /* for the node of another verb that was a moment earlier and is still opening its database */
#define LOG_MAX_SIZE (1 << 20)

/* The home and the folders above it, for this user alone. */
static bool make_home(const char *home)
{
    char path[PATH_MAX];

    if (snprintf(path, sizeof path, "%s", home) >= (int)sizeof path)
        return false;
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return false;
        *slash = '/';
    }
    return mkdir(path, 0700) == 0 || errno == EEXIST;
}

/* Starts anew when it has grown long; the one before is kept as node.log.1. */
static int open_log(const char *home)
{
    char path[PATH_MAX], older[PATH_MAX];
    struct stat found;

    if (snprintf(path, sizeof path, "%s/node.log", home) >= (int)sizeof path ||
        snprintf(older, sizeof older, "%s/node.log.1", home) >= (int)sizeof older)
        return -1;
    if (stat(path, &found) == 0 && found.st_size > LOG_MAX_SIZE)
        rename(path, older);
    return open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* "zuruf node --home HOME" and the words of ZURUF_NODE_ARGS, which point into `extra`. */
static void fill_arguments(const struct context *context, char *extra, char *arguments[ARGUMENTS_MAX])
{
    static char program[] = "zuruf", verb[] = "node", home[] = "--home";
    size_t count = 0;
    char *rest = extra;

    arguments[count++] = program;
    arguments[count++] = verb;
    arguments[count++] = home;
    arguments[count++] = context->home;
    for (char *word = strtok_r(extra, " ", &rest); word && count < ARGUMENTS_MAX - 1; word = strtok_r(NULL, " ", &rest))
        arguments[count++] = word;
    arguments[count] = NULL;
}

/* In the child: nothing of the caller stays attached, or a script would wait for the node to close its pipes. */
static _Noreturn void become_node(const struct context *context, int log)
{
    char *arguments[ARGUMENTS_MAX];
    const char *extra = getenv("ZURUF_NODE_ARGS");
    char *words = strdup(extra ? extra : "");
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

    setsid();
    if (!words || nothing < 0 || dup2(nothing, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0 || chdir("/") != 0)
        _exit(127);
    close_range(3, UINT_MAX, 0);
    fill_arguments(context, words, arguments);
    execv("/proc/self/exe", arguments);
    _exit(127);
}

/* The last line that the node wrote, which says why it ended. */
static void last_words(const char *home, char *ret, size_t size)
{
    char path[PATH_MAX], line[512];

    ret[0] = '\0';
    snprintf(path, sizeof path, "%s/node.log", home);
    FILE *log = fopen(path, "re");
    if (!log)
        return;
    if (fseek(log, -4096, SEEK_END) != 0)
        rewind(log);
    while (fgets(line, sizeof line, log)) {
        line[strcspn(line, "\n")] = '\0';
        if (*line)
            snprintf(ret, size, "%s", line);
    }
    fclose(log);
}

static enum exit_code say_failed(const struct context *context, bool ended)
{
    char words[512];

    if (!ended)
        return refusal_say(context, EXIT_NO_NODE, "no_node",
                           _("The node did not get ready within %d seconds. See %s/node.log, and try again."),
                           START_NODE_PATIENCE_MS / 1000, context->home);
    last_words(context->home, words, sizeof words);
    if (!*words)
        return refusal_say(context, EXIT_NO_NODE, "no_node",
                           _("The node did not start, nor could it say why. Is the disk full? `zuruf doctor` looks."));
    return refusal_say(context, EXIT_NO_NODE, "no_node",
                       _("The node did not start. Its last words (in %s/node.log):\n%s"), context->home, words);
}

/* Another verb's node was a moment earlier.  Ours would find the home taken and end; but where it is slow to start,
 * that other one may have been stopped by then, and ours would run on after it. */
static void end_unless_serving(pid_t child, const struct client *client)
{
    struct ucred server;
    socklen_t size = sizeof server;

    if (getsockopt(client_fd(client), SOL_SOCKET, SO_PEERCRED, &server, &size) != 0 || server.pid == child)
        return;
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
}

static enum exit_code await_socket(const struct context *context, pid_t child, struct client **ret)
{
    uint64_t deadline = times_mono_ms() + START_NODE_PATIENCE_MS;
    bool ended = false;

    while (times_mono_ms() < deadline) {
        enum error err = client_open(context->home, ret);
        if (!err && !ended)
            end_unless_serving(child, *ret);
        if (!err)
            return EXIT_DONE;
        if (!ended && waitpid(child, NULL, WNOHANG) == child) {
            ended = true;
            deadline = times_mono_ms() + GRACE_MS;
        }
        poll(NULL, 0, POLL_INTERVAL_MS);
    }
    return say_failed(context, ended);
}

enum exit_code start_node(const struct context *context, struct client **ret)
{
    struct stat found;

    if (!make_home(context->home))
        return refusal_say(context, EXIT_NO_NODE, "no_node", _("The home directory %s cannot be made: %s."),
                           context->home, strerror(errno));
    if (stat(context->home, &found) == 0 && found.st_uid != geteuid())
        return refusal_say(context, EXIT_NO_NODE, "no_node", _("%s belongs to another user. Use a home of your own."),
                           context->home);
    int log = open_log(context->home);
    if (log < 0)
        return refusal_say(context, EXIT_NO_NODE, "no_node", _("%s/node.log cannot be written: %s."), context->home,
                           strerror(errno));
    pid_t child = fork();
    if (child == 0)
        become_node(context, log);
    close(log);
    if (child < 0)
        return refusal_say(context, EXIT_NO_NODE, "no_node", _("No process can be started: %s."), strerror(errno));
    return await_socket(context, child, ret);
}
