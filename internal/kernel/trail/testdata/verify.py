"""Verifies a Sekimori database by doc/trail.md alone: Python 3 and its standard library.

    verify.py DATABASE [--table KIND=TABLE]... [--checkpoint FILE]... [--receipt FILE]...

Prints {"size", "root", "ok", "findings"} as JSON and exits with 1 if something was found.
"""
import argparse, base64, hashlib, json, re, sqlite3, sys

findings = []


def find(*words):
    findings.append(" ".join(str(w) for w in words))


def sha(data):
    return hashlib.sha256(data).digest()


def H(data):
    return hashlib.sha256(data).hexdigest()


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


# Ed25519 (RFC 8032), verification only.
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_M1 = pow(2, (P - 1) // 4, P)


def recover(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT_M1 % P
    if y >= P or (x * x - x2) % P or (x == 0 and sign):
        raise ValueError("no point")
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def times(n, p):
    q = (0, 1, 1, 0)
    while n:
        if n & 1:
            q = add(q, p)
        p, n = add(p, p), n >> 1
    return q


BASE = recover((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(key, message, signature):
    try:
        a, r, s = recover(key), recover(signature[:32]), int.from_bytes(signature[32:], "little")
    except ValueError:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    p, q = times(s, BASE), add(r, times(k, a))
    return s < L and not (p[0] * q[2] - q[0] * p[2]) % P and not (p[1] * q[2] - q[1] * p[2]) % P


class Tree:
    """The roots of the perfect trees of the leaves so far, and every node at a height that tiles keep."""

    def __init__(self):
        self.peaks, self.size, self.levels = [], 0, {}

    def add(self, leaf):
        self.levels.setdefault(0, []).append(leaf)
        n, height = self.size, 0
        while n & 1:
            leaf, n, height = sha(b"\x01" + self.peaks.pop() + leaf), n >> 1, height + 1
            if height % 8 == 0:
                self.levels.setdefault(height // 8, []).append(leaf)
        self.peaks.append(leaf)
        self.size += 1

    def root(self):
        if not self.peaks:
            return sha(b"")
        h = self.peaks[-1]
        for left in reversed(self.peaks[:-1]):
            h = sha(b"\x01" + left + h)
        return h


def part(where, text, salt, hashed, blanks):
    """Checks a part; one that was erased goes to blanks."""
    if text == salt == "" and hashed != "":
        blanks.append(where)
    elif (text or salt or hashed) and (text == "" or len(salt) != 32 or H((salt + text).encode()) != hashed):
        find(*where, "does not match its hash")


def log(db):
    """Checks entries, acts and tree, and gives the roots by size, the leaves, and the last entry of each thing."""
    blanks, hashes, tree = [], {}, Tree()
    for a in db.execute("select * from trail_act"):
        part(("act", a["id"], "note", 0), a["note"], a["note_salt"], a["note_hash"], blanks)
        try:
            detail = json.loads(a["detail"])
            if not isinstance(detail, dict) or canonical(detail) != a["detail"].encode():
                raise ValueError
        except ValueError:
            find("act", a["id"], "detail is not canonical")
            detail = {}
        record = {name: a[name] for name in ("actor", "at", "authority", "id", "name", "opens", "seal")}
        hashes[a["id"]] = H(canonical({**record, "detail": detail, "note": a["note_hash"]}))
    roots, leaves, last, positions = {0: tree.root()}, [], {}, {}
    for e in db.execute("select * from trail_entry order by seq is null, seq, version"):
        where = (e["kind"], e["thing"])
        if e["public"] == "":
            find(*where, "has no public part")
        part((*where, "public", e["version"]), e["public"], e["public_salt"], e["public_hash"], blanks)
        part((*where, "personal", e["version"]), e["personal"], e["personal_salt"], e["personal_hash"], blanks)
        if e["gone"] not in (0, 1):
            find(*where, "gone is neither true nor false")
        positions.setdefault(e["act"], set()).add(e["position"])
        if e["version"] != (last[where]["version"] if where in last else 0) + 1:
            find(*where, "version", e["version"], "does not follow the one before")
        last[where] = e
        record = {"act": hashes.get(e["act"]), "gone": bool(e["gone"]), "home": e["home"], "kind": e["kind"], "personal": e["personal_hash"],
                  "position": e["position"], "public": e["public_hash"], "thing": e["thing"], "version": e["version"]}
        if e["seq"] is None:
            continue
        if e["seq"] != tree.size:
            find(*where, "has number", e["seq"], "in place", tree.size)
        leaf = sha(b"\x00" + canonical(record))
        leaves.append(leaf)
        tree.add(leaf)
        roots[tree.size] = tree.root()
    for act in hashes.keys() | positions.keys():
        if act not in hashes or positions.get(act) != set(range(len(positions.get(act, ())))) or act not in positions:
            find("act", act, "lacks its row or entries")
    tiles = {(t["level"], t["number"]): t["hashes"] for t in db.execute("select * from trail_tile")}
    for level, nodes in tree.levels.items():
        for number in range(0, (len(nodes) + 255) // 256):
            if tiles.pop((level, number), None) != b"".join(nodes[256 * number:256 * number + 256]):
                find("tile", level, number)
    for place in tiles:
        find("tile", *place, "is not of the tree")
    heads = db.execute("select * from trail_head").fetchall()
    if [(h["size"], h["root"]) for h in heads] != [(tree.size, tree.root().hex())]:
        find("the head is not that of the tree")
    erased = {}
    for x in db.execute("select * from trail_erasure"):
        key = (x["kind"], x["thing"], x["part"])
        erased[key] = max(erased.get(key, 0), x["through"])
    for kind, thing, what, version in blanks:
        if erased.get((kind, thing, what), -1) < version:
            find(kind, thing, what, "is blank without an erasure")
    for (kind, thing, what), through in erased.items():
        if what == "note":
            left = db.execute("select count(*) from trail_act where id = ? and note <> ''", (thing,))
        else:
            left = db.execute("select count(*) from trail_entry where kind = ? and thing = ? and version <= ? and personal <> ''", (kind, thing, through))
        if left.fetchone()[0]:
            find(kind, thing, what, "was erased and is there")
    return roots, leaves, last, heads


def claims(db, args, roots, leaves, heads):
    """Checks checkpoints and receipts."""
    store = [s["id"] for s in db.execute("select * from trail_store")]
    epochs = list(db.execute("select * from trail_epoch order by number"))
    if [e["number"] for e in epochs] != list(range(1, len(epochs) + 1)) or [h["epoch"] for h in heads] != [len(epochs)]:
        find("the epochs do not follow each other")
    for e in epochs:
        if e["public_key"].split("+")[0] != "sekimori/%s/%d" % (store[0] if store else "", e["number"]):
            find("epoch", e["number"], "is of another store")

    def claim(name, what, epoch, size, root):
        if not 1 <= epoch <= len(epochs):
            find(what, name, "is of no epoch")
        elif epoch < len(epochs) and size > epochs[epoch]["size"]:
            find(what, name, "is of what was lost before epoch", epoch + 1)
        elif roots.get(size) != root:
            find(what, name, "is of another tree")

    def checkpoint(name, text):
        form = re.fullmatch("(sekimori/([^/\n]+)/([0-9]+)\n([0-9]+)\n([^\n]+)\ntime ([^\n]+)\n)\n— ([^ \n]+) ([^ \n]+)\n", text)
        try:
            body, origin, epoch = form[1], form[1].split("\n")[0], int(form[3])
            label, keyid, key = epochs[epoch - 1]["public_key"].split("+", 2)
            key, signature, root = (base64.b64decode(x, validate=True) for x in (key, form[8], form[5]))
            made = sha(label.encode() + b"\n" + key)[:4]
            if not label == origin == form[7] or form[2] not in store or made.hex() != keyid or signature[:4] != made or key[:1] != b"\x01":
                raise ValueError
            if not signed(key[1:], body.encode(), signature[4:]):
                raise ValueError
        except (TypeError, ValueError, IndexError):
            find("checkpoint", name, "is not signed by its epoch")
            return None
        claim(name, "checkpoint", epoch, int(form[4]), root)
        return epoch, int(form[4]), root.hex(), form[6]

    for c in db.execute("select * from trail_checkpoint"):
        name = "%s/%s" % (c["epoch"], c["size"])
        if checkpoint(name, c["note"]) not in (None, (c["epoch"], c["size"], c["root"], c["at"])):
            find("checkpoint", name, "says another thing than its columns")
    for name in args.checkpoint:
        checkpoint(name, open(name, encoding="utf-8").read())
    for name in args.receipt:
        text = open(name, encoding="utf-8").read()
        form = re.search(r"sekimori receipt\s+store (\S+)\s+epoch (\d+)\s+size (\d+)\s+root ([0-9a-f]{64})\s+index (\d+)\s+leaf ([0-9a-f]{64})", text)
        if not form or form[1] not in store:
            find("receipt", name, "is none of this store")
            continue
        claim(name, "receipt", int(form[2]), int(form[3]), bytes.fromhex(form[4]))
        if int(form[5]) >= len(leaves) or leaves[int(form[5])].hex() != form[6]:
            find("receipt", name, "is of another entry")


def whole(value):
    """An object that a column holds in canonical JSON, '' for {}; None for anything else."""
    try:
        made = json.loads(value or "{}")
    except (TypeError, ValueError):
        return None
    return made if isinstance(made, dict) and canonical(made) == (value or "{}").encode() else None


def records(db, tables, last):
    """Compares the rows of audited tables with the last entries."""
    for kind in {kind for kind, _ in last} - tables.keys():
        find(kind, "has no table")
    for kind, table in tables.items():
        columns = db.execute("select name, pk, lower(type) from pragma_table_info(?)", (table,)).fetchall()
        keys = [c[0] for c in sorted(columns, key=lambda c: c[1]) if c[1]]
        there = {thing for k, thing in last if k == kind and not last[k, thing]["gone"]}
        for row in db.execute("select * from " + table):
            thing = "/".join(str(row[k]) for k in keys)
            e = last.get((kind, thing))
            if thing not in there:
                find(kind, thing, "has a row and no entry")
                continue
            there.discard(thing)
            try:
                recorded = {**json.loads(e["public"]), **json.loads(e["personal"] or "{}")}
            except (TypeError, ValueError):
                recorded = None
            state = {}
            for name, pk, declared in columns:
                value = row[name]
                if name.startswith("k_") and table.startswith("register_"):
                    continue  # what lists compare: it follows from the rest
                if isinstance((recorded or {}).get(name), dict):
                    state[name] = whole(value)
                    continue
                if declared == "boolean" and value in (0, 1):
                    value = bool(value)
                elif isinstance(value, bytes) and declared == "bytea":
                    value = "sha256:" + H(value)
                elif not isinstance(value, {"text": str, "bigint": int, "integer": int}.get(declared, ())):
                    find(kind, thing, name, "is not of its type")
                if not pk and name not in ("version", "home"):
                    state[name] = value
            if recorded is not None:  # what it does not name was added to the table since
                state = {name: value for name, value in state.items() if name in recorded or value not in ("", 0)}
            if (row["version"], row["home"]) != (e["version"], e["home"]) or recorded is None or canonical(state) != canonical(recorded):
                find(kind, thing, "is not as its last entry says")
        for thing in there:
            find(kind, thing, "has an entry and no row")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("database")
    for option in ("--table", "--checkpoint", "--receipt"):
        parser.add_argument(option, action="append", default=[])
    args = parser.parse_args()
    db = sqlite3.connect("file:%s?mode=ro" % args.database, uri=True)
    db.row_factory = sqlite3.Row
    db.execute("begin")
    roots, leaves, last, heads = log(db)
    claims(db, args, roots, leaves, heads)
    records(db, {"epoch": "trail_epoch", "erasure": "trail_erasure", **dict(t.split("=") for t in args.table)}, last)
    print(json.dumps({"size": len(leaves), "root": roots[len(leaves)].hex(), "ok": not findings, "findings": findings}, ensure_ascii=False))
    sys.exit(1 if findings else 0)


main()
