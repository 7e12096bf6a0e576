/*
 * The peer of the sign-ups: what everyone writes first. One sign-up, one commit, in a loop, with the same durability
 * and none of the rules.
 *
 *   plain FILE SECONDS      prints commits a second
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void require(int ok, sqlite3 *db)
{
    if (ok)
        return;
    fprintf(stderr, "plain: %s\n", sqlite3_errmsg(db));
    exit(1);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s;

    require(sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK, db);
    return s;
}

static void run(sqlite3 *db, sqlite3_stmt *s)
{
    require(sqlite3_step(s) == SQLITE_DONE, db);
    sqlite3_reset(s);
}

int main(int argc, char **argv)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *begin, *take, *insert, *commit;
    double seconds, start;
    long done = 0;

    if (argc != 3)
        return 2;
    seconds = atof(argv[2]);
    require(sqlite3_open(argv[1], &db) == SQLITE_OK, db);
    require(sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                             "CREATE TABLE role (name TEXT PRIMARY KEY, capacity INTEGER, taken INTEGER);"
                             "CREATE TABLE signup (id INTEGER PRIMARY KEY, who INTEGER, role TEXT, at INTEGER,"
                             " UNIQUE (who, role));"
                             "INSERT INTO role VALUES ('guide', 100000000, 0)", NULL, NULL, NULL) == SQLITE_OK, db);
    begin = prepare(db, "BEGIN IMMEDIATE");
    take = prepare(db, "UPDATE role SET taken = taken + 1 WHERE name = 'guide' AND taken < capacity");
    insert = prepare(db, "INSERT INTO signup (who, role, at) VALUES (?1, 'guide', 1)");
    commit = prepare(db, "COMMIT");
    start = now_s();
    for (; now_s() < start + seconds; done++) {
        run(db, begin);
        run(db, take);
        sqlite3_bind_int64(insert, 1, done);
        run(db, insert);
        run(db, commit);
    }
    printf("%.1f\n", (double)done / (now_s() - start));
    return 0;
}
