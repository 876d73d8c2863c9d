# SPDX-License-Identifier: MIT
"""core/PROTOCOL.md read into Python: CBOR, entries, payloads, messages, the handshake.  Written from that page alone;
section names in comments are its own.  Whatever is malformed raises Malformed."""

from primitives import (aead_open, aead_seal, box_open, ed25519_verify, h, hmac64, x25519, xopen)


class Malformed(Exception):
    pass


def need(condition, why):
    if not condition:
        raise Malformed(why)


def u64(number):
    return number.to_bytes(8, "big")


def rows(data, *sizes):
    """Records of parts of these sizes."""
    size = sum(sizes)
    need(len(data) % size == 0, "half a record")
    for at in range(0, len(data), size):
        parts = []
        for part in sizes:
            parts.append(data[at:at + part])
            at += part
        yield tuple(parts)


# ---------------------------------------------------------------- CBOR


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def left(self):
        return len(self.data) - self.at

    def cut(self, size):
        need(size <= self.left(), "cut off")
        self.at += size
        return self.data[self.at - size:self.at]

    def head(self):
        initial = self.cut(1)[0]
        major, info = initial >> 5, initial & 31
        if info < 24:
            return major, info
        need(info <= 27, "an indefinite length, or a reserved head")
        size = 1 << info - 24
        value = int.from_bytes(self.cut(size), "big")
        need(value >= (24, 0x100, 0x10000, 0x100000000)[info - 24], "not the shortest form")
        return major, value

    def item(self):
        start = self.at
        major, value = self.head()
        if major == 0:
            return value
        if major == 2:
            return self.cut(value)
        if major == 3:
            try:
                return self.cut(value).decode("utf-8")
            except UnicodeDecodeError as error:
                raise Malformed("not UTF-8") from error
        need(self.data[start] in (0xf4, 0xf5), "an item that is not of this profile")
        return self.data[start] == 0xf5

    def array(self):
        """No structure of version 1 nests."""
        major, count = self.head()
        need(major == 4 and count <= 64, "not an array of at most 64 items")
        return [self.item() for _ in range(count)]


def one_array(data):
    reader = Reader(data)
    items = reader.array()
    need(reader.left() == 0, "bytes left over")
    return items


def encode(items):
    """The deterministic encoding of one array; a test that a reader's idea of a message gives the same bytes."""
    def head(major, value):
        for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
            if value < 24:
                return bytes([major << 5 | value])
            if value < 1 << 8 * size:
                return bytes([major << 5 | info]) + value.to_bytes(size, "big")
        raise ValueError(value)

    def one(item):
        if isinstance(item, bool):
            return b"\xf5" if item else b"\xf4"
        if isinstance(item, int):
            return head(0, item)
        if isinstance(item, str):
            return head(3, len(item.encode())) + item.encode()
        return head(2, len(item)) + item
    return head(4, len(items)) + b"".join(map(one, items))


UINT, BOOL = ("uint", None), ("bool", None)


def fixed(size):
    return ("bytes", (size, size))


def upto(size):
    return ("bytes", (0, size))


def text(size):
    return ("text", size)


def check_items(items, table):
    need(len(items) == len(table), "more or fewer items than the table has")
    for item, (kind, bound) in zip(items, table):
        if kind == "uint":
            need(isinstance(item, int) and not isinstance(item, bool), "not a number")
            need(bound is None or item < bound, "a number out of range")
        elif kind == "bool":
            need(isinstance(item, bool), "not a boolean")
        elif kind == "bytes":
            need(isinstance(item, bytes) and bound[0] <= len(item) <= bound[1], "not so many bytes")
        else:
            need(isinstance(item, str) and len(item.encode()) <= bound, "not a text, or too long")
    return items


# ---------------------------------------------------------------- Logs, Entry, Causes


def branch_id(log, first):
    return h(b"zuruf-branch-v1", log, first)


def log_id(group, device, instance, sub, kind):
    return h(b"zuruf-log-v1", group, device, u64(instance), sub, bytes([kind]))


HEADER = (UINT, UINT, fixed(32), UINT, fixed(32), UINT, upto(64 * 48), fixed(16), UINT, fixed(32))


class Entry:
    def __init__(self, wire):
        need(len(wire) <= 61440, "too big")
        reader = Reader(wire)
        items = reader.array()
        need(items and items[0] == 1, "another version")
        check_items(items, HEADER)
        (_, self.type, self.log, self.seq, self.previous, self.hlc, deps, self.epoch, size, payload_hash) = items
        self.header = wire[:reader.at]
        self.signature = reader.cut(64)
        self.payload = wire[reader.at:]
        need(len(self.header) <= 4096 and self.seq > 0 and reader.at + size <= 61440, "out of range")
        self.missing = size > 0 and not self.payload
        need(not (self.missing and self.type < 64), "a missing payload in kind 0")
        if not self.missing:
            need(len(self.payload) == size and h(self.payload) == payload_hash, "another payload")
        self.deps = [(log, int.from_bytes(seq, "big"), ident) for log, seq, ident in rows(deps, 32, 8, 8)]
        self.id = h(self.header, self.signature)
        self.associated_data = b"".join(encode([item])[1:] for item in items[:8])

    def verifies(self, author):
        return ed25519_verify(author, b"zuruf-entry-v1\0" + self.header, self.signature)


# ---------------------------------------------------------------- Payloads

MEMBERSHIP = (fixed(32), fixed(16), UINT, UINT, fixed(32), fixed(64))
CUT, CITES = upto(512 * 72), upto(1024 * 32)
PAYLOADS = {
    1: (fixed(16), BOOL, UINT) + MEMBERSHIP,
    2: (fixed(32), UINT, CUT),
    3: (fixed(32), CUT),
    4: (fixed(32), fixed(32), CUT),
    5: MEMBERSHIP + (CITES,),
    6: (fixed(32), UINT, CUT, CITES),
    7: (BOOL, UINT, CITES),
    8: (fixed(32), UINT, UINT),
    11: (fixed(32), fixed(16), fixed(32), UINT, fixed(64)),
    12: (fixed(16), UINT, fixed(32), upto(1024 * 56), upto(1024 * 56), upto(40960)),
    13: (fixed(16), UINT, fixed(32), upto(1024 * 56)),
    14: (fixed(32),),
    15: (fixed(8), fixed(32), fixed(48), fixed(552)),
    64: (UINT, text(64), text(16384)),
    65: (fixed(16), text(64)),
    66: (text(64), text(512)),
}


def payload(kind, data):
    items = check_items(one_array(data), PAYLOADS[kind])
    if kind == 8:
        need(1 <= items[1] <= items[2], "no range")
    if kind in (1, 2, 5, 6):
        need(items[{1: 5, 2: 1, 5: 2, 6: 1}[kind]] > 0, "instance 0")
    if kind == 11:
        need(1 <= items[3] <= 8, "a ninth device")
    for at, spec in enumerate(PAYLOADS[kind]):
        if spec is CUT:
            items[at] = [(log, int.from_bytes(seq, "big"), ident) for log, seq, ident in rows(items[at], 32, 8, 32)]
            need(all(seq for _, seq, _ in items[at]), "a cut at seq 0")
        elif spec is CITES:
            items[at] = [row[0] for row in rows(items[at], 32)]
    if kind in (12, 13):
        list(rows(items[3], 8, 48))
    if kind == 12:
        list(rows(items[4], 8, 48))
    return items


def consents(group, membership):
    device, person, instance, _role, box, consent = membership
    return ed25519_verify(device, b"zuruf-member-v1\0" + group + person + u64(instance) + box, consent)


def consents_to_link(group, linker, items):
    device, person, box, _number, consent = items
    return ed25519_verify(device, b"zuruf-linked-v1\0" + group + person + linker + box, consent)


def proves_presence(workspace, row):
    device, incarnation, state, _ip, _port, proof = row
    return ed25519_verify(device, b"zuruf-presence-v1\0" + workspace + incarnation, proof)


def group_id(root, genesis):
    return h(b"zuruf-group-v1", root, genesis)


# ---------------------------------------------------------------- Group keys


def epoch_id(group, key):
    return h(b"zuruf-epoch-v1", group, key)[:16]


def open_record(records, ephemeral, secret, own):
    for name, box in rows(records, 8, 48):
        if name == h(own)[:8]:
            return box_open(secret, ephemeral, h(b"zuruf-box-v1", ephemeral, own)[:24], box)
    return None


def open_epoch_secrets(group, key, sealed):
    superseded, workspace_key = check_items(one_array(xopen(key, group, sealed)), (upto(40960), upto(32)))
    need(len(workspace_key) in (0, 32), "half a key")
    return [row[0] for row in rows(superseded, 32)], workspace_key


# ---------------------------------------------------------------- Messages

MESSAGES = {
    1: ("HELLO", (fixed(8), ("uint", 65536), fixed(32))),
    2: ("DIGESTS", (upto(64000),)),
    3: ("HAVE", (fixed(32), ("uint", 2), UINT, upto(48000))),
    4: ("WANT", (fixed(32), UINT, upto(48000))),
    5: ("LOG", (("uint", 1 << 32), fixed(32), fixed(32), UINT, fixed(8), ("uint", 2), upto(40))),
    6: ("ENTRIES", (("uint", 1 << 32), UINT, upto(65519))),
    7: ("END", (fixed(32), UINT, UINT)),
    8: ("ACK", (UINT, upto(8000))),
    9: ("PRESENCE", (UINT, fixed(8), upto(61500))),
    10: ("PING", ()),
    11: ("BYE", (UINT, upto(61500))),
    12: ("INVITED", (fixed(32), fixed(16), UINT)),
    13: ("JOIN", (text(64), fixed(32), fixed(64))),
    14: ("WELCOME", (fixed(32), fixed(32), fixed(32), upto(50000))),
    15: ("REKEY", ()),
    16: ("STOP", (fixed(32),)),
    17: ("PROBE", (fixed(32), upto(512))),
    18: ("IDS", (fixed(32), upto(2560))),
    19: ("TAIL", (fixed(32), upto(65519))),
    20: ("WANTP", (fixed(32), upto(2048))),
    21: ("PAYLOADS", (fixed(32), UINT, upto(65519))),
    22: ("ANNOUNCE", (fixed(32), ("uint", 2), upto(48000))),
    23: ("OFFER", (fixed(32), fixed(16), upto(500 * 65))),
    24: ("CONSENT", (fixed(32), upto(501 * 64))),
    25: ("PROOF", (upto(256),)),
    26: ("ROOM", (UINT,)),
}
ROWS = {2: (1, (32, 32)), 3: (4, (32, 8, 8)), 4: (3, (32, 8, 8)), 8: (2, (8,)), 9: (3, (32, 8, 1, 16, 2, 64)),
        5: (7, (8, 32)), 17: (2, (8,)), 20: (2, (8,)), 18: (2, (8, 32)), 14: (4, (32, 16, 2)), 22: (3, (32, 8, 8)),
        23: (3, (32, 32, 1)), 24: (2, (64,))}  # which item holds records, and their parts


def check_message(items):
    need(items and isinstance(items[0], int) and items[0] in MESSAGES, f"no message of type {items[:1]} in PROTOCOL.md")
    name, table = MESSAGES[items[0]]
    check_items(items[1:], table)
    if items[0] in ROWS:
        at, sizes = ROWS[items[0]]
        list(rows(items[at], *sizes))
    return name, items[1:]


def messages(plain):
    """The messages of one frame, in order."""
    reader = Reader(plain)
    while reader.left():
        yield check_message(reader.array())


def entries_of(items):
    reader = Reader(items)
    while reader.left():
        size = int.from_bytes(reader.cut(2), "big")
        need(size > 0, "an empty entry")
        yield Entry(reader.cut(size))


# ---------------------------------------------------------------- Discovery, Digest, Words


def tag(key, salt):
    return h(b"zuruf-tag-v1", salt, key=key)[:8]


def digest(group, heads):
    """heads: (kind, log, seq, id of that entry)."""
    lines = {0: [], 1: []}
    for kind, log, seq, ident in heads:
        if seq:
            lines[kind].append(log + u64(seq) + ident[:8])
    return h(b"zuruf-digest-v1", group, *sorted(lines[0]), *sorted(lines[1]))


def digest_over_all(digests):
    return h(*(group + one for group, one in sorted(digests)))


def fingerprint(device, words):
    bits = int.from_bytes(h(b"zuruf-fingerprint-v1", device), "big") >> 256 - 66
    return "-".join(words[bits >> 11 * i & 2047] for i in reversed(range(6)))


# ---------------------------------------------------------------- Links: Noise_XXpsk0_25519_ChaChaPoly_BLAKE2b


class Cipher:
    def __init__(self, key):
        self.key, self.counter = key, 0

    def nonce(self):
        self.counter += 1
        return bytes(4) + (self.counter - 1).to_bytes(8, "little")

    def open(self, ad, sealed):
        return aead_open(self.key, self.nonce(), ad, sealed)

    def life(self):
        return Cipher(aead_seal(self.key, bytes(4) + (2**64 - 2).to_bytes(8, "little"), b"", bytes(32))[:32])

    def rekey(self):
        self.key = aead_seal(self.key, bytes(4) + b"\xff" * 8, b"", bytes(32))[:32]


class Handshake:
    """Reads a handshake with the secrets of one side, "initiator" or "responder"."""

    def __init__(self, role, psk, static_secret, ephemeral_secret):
        self.role, self.psk, self.s, self.e = role, psk, static_secret, ephemeral_secret
        self.h = b"Noise_XXpsk0_25519_ChaChaPoly_BLAKE2b".ljust(64, b"\0")
        self.ck = self.h
        self.cipher = None
        self.public = {}
        self.mix_hash(b"ZURUF1")

    def mix_hash(self, data):
        self.h = h(self.h, data, size=64)

    def hkdf(self, data, count):
        temp, out = hmac64(self.ck, data), [b""]
        for i in range(1, count + 1):
            out.append(hmac64(temp, out[-1] + bytes([i])))
        return out[1:]

    def mix_key(self, data):
        self.ck, key = self.hkdf(data, 2)
        self.cipher = Cipher(key[:32])

    def mix_psk(self):
        self.ck, mixed, key = self.hkdf(self.psk, 3)
        self.mix_hash(mixed)
        self.cipher = Cipher(key[:32])

    def open(self, sealed):
        plain = self.cipher.open(self.h, sealed)
        self.mix_hash(sealed)
        return plain

    def dh(self, mine_if_initiator, mine_if_responder):
        """"es" is the initiator's e with the responder's s, from either side."""
        own, other = ((mine_if_initiator, mine_if_responder) if self.role == "initiator" else
                      (mine_if_responder, mine_if_initiator))
        peer = "responder" if self.role == "initiator" else "initiator"
        self.mix_key(x25519(self.e if own == "e" else self.s, self.public[peer, other]))

    def take_e(self, reader, sender):
        self.public[sender, "e"] = reader.cut(32)
        self.mix_hash(self.public[sender, "e"])
        self.mix_key(self.public[sender, "e"])

    def take_s(self, reader, sender):
        self.public[sender, "s"] = self.open(reader.cut(48))

    def first(self, message):
        reader = Reader(message)
        self.mix_psk()
        self.take_e(reader, "initiator")
        return self.open(reader.cut(reader.left()))

    def second(self, message):
        reader = Reader(message)
        self.take_e(reader, "responder")
        self.dh("e", "e")
        self.take_s(reader, "responder")
        self.dh("e", "s")
        return self.proof("responder", reader)

    def third(self, message):
        reader = Reader(message)
        self.take_s(reader, "initiator")
        self.dh("s", "e")
        return self.proof("initiator", reader)

    def proof(self, signer, reader):
        before = self.h
        lowest, highest, _features, device, signature = check_items(
            one_array(self.open(reader.cut(reader.left()))), (UINT, UINT, UINT, fixed(32), fixed(64)))
        need(lowest <= 1 <= highest, "no common version")
        signed = b"zuruf-link-v1\0" + bytes([signer == "responder"]) + self.public[signer, "s"] + before
        need(ed25519_verify(device, signed, signature), "the proof of a link does not verify")
        return device

    def split(self):
        """Ciphers of what the initiator and what the responder sends."""
        one, two = self.hkdf(b"", 2)
        return {"initiator": Cipher(one[:32]), "responder": Cipher(two[:32])}


def frames(stream):
    reader = Reader(stream)
    while reader.left():
        yield reader.cut(int.from_bytes(reader.cut(2), "big"))
