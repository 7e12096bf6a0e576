"""Sign-ups on PostgreSQL against pgbench, which runs the very statements of one of them over as many connections."""
import pathlib
import re
import sys
import time

import requests

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from postgres import Postgres  # noqa: E402

WORKERS = 8                      # STORE_WORKERS
SESSION = re.compile(r"UTC \[(\d+)\]")
STATEMENT = re.compile(r"LOG:  execute [^:]+: (.*)")
PLAIN = re.compile(r"LOG:  (?:statement|execute [^:]+): (BEGIN.*|COMMIT)$")
PARAMETERS = re.compile(r"DETAIL:  parameters: (.*)")
PARAMETER = re.compile(r"\$(\d+) = (NULL|'(?:[^']|'')*')")


def recorded(server, act):
    """The statements between BEGIN and COMMIT of what `act` does, with their parameters."""
    server.sql("ALTER SYSTEM SET log_statement = 'all'")
    server.sql("SELECT pg_reload_conf()")
    time.sleep(0.3)                  # until every session has heard of it
    begin = len(server.log())
    act()
    text = server.log()[begin:]
    server.sql("ALTER SYSTEM RESET log_statement")
    server.sql("SELECT pg_reload_conf()")
    transactions, sessions = [], {}
    for line in text.splitlines():
        session = SESSION.search(line)
        if session is None:
            continue
        current = sessions.get(session[1])
        plain, execute, detail = PLAIN.search(line), STATEMENT.search(line), PARAMETERS.search(line)
        if plain and plain[1] != "COMMIT":
            sessions[session[1]] = [plain[1]]
        elif plain and current:
            transactions.append(current + ["COMMIT"])
            del sessions[session[1]]
        elif execute and current:
            current.append([execute[1], {}])
        elif detail and current:
            current[-1][1] = {int(n): v for n, v in PARAMETER.findall(detail[1])}
    return next(t for t in transactions if any("INSERT INTO signup" in s[0] for s in t if isinstance(s, list)))


def literal(value, known):
    """A parameter as pgbench says it: what differs from one sign-up to the next, or the same again."""
    if value in known:
        return known[value]
    if value.startswith("'\\x"):
        return f"CAST({value} AS bytea)"
    if value == "NULL":
        return value
    if re.fullmatch(r"'-?\d+'", value):
        return value.strip("'")
    return "E" + value.replace(":", "\\x3a")       # pgbench sees its variables within texts too


def script_of(statements, known):
    lines = ["\\set i :i + 1", f"\\set n :first + :client_id + {WORKERS} * :i"]
    for s in statements:
        if isinstance(s, str):
            lines.append(s + ";")
            continue
        sql, parameters = s
        for number in sorted(parameters, reverse=True):
            sql = sql.replace(f"${number}", literal(parameters[number], known))
        lines.append(sql + ";")
    return "\n".join(lines) + "\n"


def pgbench(server, database, script, transactions, first):
    """Transactions a second."""
    path = server.dir / "script"
    path.write_text(script)
    path.chmod(0o644)
    said = server.run("pgbench", "-n", "-M", "prepared", "-c", str(WORKERS), "-j", "2", "-t", str(transactions // WORKERS),
                      "-D", "i=0", "-D", f"first={first}", "-f", str(path), "-h", str(server.dir), "-U", "postgres", database)
    assert "number of failed transactions: 0 " in said, said
    return float(re.search(r"tps = ([\d.]+)", said)[1])


def beside(server, kepu, token, event, on, roles, first, last, round_number):
    """pgbench signs volunteers first … last-1 up for an event, as kepud has just signed up the last."""
    answer = {}

    def act():
        said = requests.post(kepu.base + "/api/v1/signups", headers={"Authorization": f"Bearer {token}"},
                             json={"volunteer": f"v-{last}", "event": event, "on": on, "role": "r0"})
        answer["code"] = said.json()["id"]

    statements = recorded(server, act)
    request = next(s[1][1] for s in statements if isinstance(s, list) and "INSERT INTO request" in s[0])
    known = {f"'v-{last}'": "('v-' || :n)", f"'{last}'": ":n", f"'{answer['code']}'": f"('s-{round_number}-' || :n)",
             request: f"('~{round_number}-' || :n)", "'r0'": f"('r' || :n % {roles})"}
    count = (last - first) // WORKERS * WORKERS
    return pgbench(server, "postgres", script_of(statements, known), count, first - WORKERS)
