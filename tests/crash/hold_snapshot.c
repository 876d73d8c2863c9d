/* SPDX-License-Identifier: MIT
 * hold_snapshot HOME: reads the database that lies there and does not come to an end, as a copy that hangs. */
#include <lmdb.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    MDB_env *env;
    MDB_txn *txn;
    int code = argc == 2 ? mdb_env_create(&env) : MDB_INVALID;
    if (!code)
        code = mdb_env_open(env, argv[1], MDB_RDONLY, 0);
    if (!code)
        code = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
    if (code) {
        fprintf(stderr, "hold_snapshot: %s\n", mdb_strerror(code));
        return 1;
    }
    puts("reading");
    fflush(stdout);
    for (;;)
        pause();
}
