#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads the test vectors with what core/PROTOCOL.md says, and with nothing of the C code.

usage: check.py PROTOCOL.JSON WORDS_LIST [CONVERSATION.JSON]
"""

import json
import re
import sys

import primitives
from protocol import (Cipher, Entry, Handshake, Malformed, check_message, consents, consents_to_link, digest,
                      digest_over_all, encode, entries_of, epoch_id, fingerprint, frames, group_id, log_id, messages,
                      need, one_array, open_epoch_secrets, open_record, payload, proves_presence, rows, tag)
from primitives import argon2id, ed25519_public, h, x25519, xopen

x = bytes.fromhex
skipped = []


def same(what, actual, expected):
    if actual != expected:
        shown = [value.hex() if isinstance(value, bytes) else value for value in (actual, expected)]
        raise AssertionError(f"{what}: {shown[0]} instead of {shown[1]}")


# ---------------------------------------------------------------- names


def check_keys(part, _words):
    for name in ("anna", "bora"):
        actor = part[name]
        same(f"{name}'s device", ed25519_public(x(actor["device_seed"])), x(actor["device"]))
        same(f"{name}'s box key", x25519(x(actor["box_secret"]), primitives.BASE), x(actor["box"]))
    same("root", ed25519_public(x(part["root_seed"])), x(part["root"]))


def base32(data):
    bits = int.from_bytes(data, "big") << -len(data) * 8 % 5
    return "".join("abcdefghijklmnopqrstuvwxyz234567"[bits >> at & 31]
                   for at in range((len(data) * 8 + 4) // 5 * 5 - 5, -1, -5))


def psk_of(code):
    return argon2id(code.encode(), h(b"zuruf-invite-v1", size=16))


def check_words(part, words):
    for device in part["fingerprints"]:
        same("fingerprint", fingerprint(x(device["device"]), words), device["words"])
        same("base32", base32(x(device["device"])), device["base32"])
    code = part["code"]
    same("code", "-".join(words[number] for number in code["numbers"]), code["text"])
    psk = psk_of(code["text"])
    if psk is None:
        skipped.append("psk of a code (neither python3-argon2 nor a python3-cryptography with Argon2id is here)")
    else:
        same("psk of a code", psk, x(code["psk"]))


def check_logs(part, _words):
    for log in part:
        same("log id", log_id(x(log["group"]), x(log["device"]), log["instance"], x(log["sub"]), log["kind"]),
             x(log["id"]))


def check_tag(part, _words):
    same("t", tag(x(part["workspace_key"]), x(part["s"])), x(part["t"]))
    same("j", tag(x(part["psk"]), x(part["s"])), x(part["j"]))


def check_digest(part, _words):
    heads = [(log["kind"], x(log["log"]), log["seq"], x(log["head"])) for log in part["logs"]]
    one = digest(x(part["group"]), heads)
    same("digest", one, x(part["digest"]))
    same("digest over all", digest_over_all([(x(part["group"]), one)]), x(part["over_all"]))
    same("digest over none", digest_over_all([]), x(part["over_none"]))


# ---------------------------------------------------------------- entries and payloads


def check_consents(part, _words):
    for one in part:
        membership = x(one["device"]), x(one["person"]), one["instance"], 0, x(one["box"]), x(one["consent"])
        same("consent", consents(x(one["group"]), membership), True)
        same("consent for another group", consents(bytes([1]) * 32, membership), False)


def check_genesis(part, _words):
    nonce, share, days, *founder = payload(1, x(part["payload"]))
    same("nonce", nonce, x(part["nonce"]))
    same("policy", (share, days), (part["share_history"], part["keep_days"]))
    same("founder's consent", consents(bytes(32), founder), True)
    same("group", group_id(x(part["root"]), x(part["payload"])), x(part["group"]))


def check_entry(one):
    entry = Entry(x(one["wire"]))
    for name in ("header", "signature", "payload", "log", "previous", "epoch", "id", "associated_data"):
        same(name, getattr(entry, name), x(one[name]))
    same("numbers", (entry.type, entry.seq, entry.hlc), (one["type"], one["seq"], one["hlc"]))
    same("deps", entry.deps, [(x(dep["log"]), dep["seq"], x(dep["id"])) for dep in one["deps"]])
    same("signature verifies", entry.verifies(x(one["author"])), True)
    same("another's signature", entry.verifies(ed25519_public(bytes(32))), False)
    return entry


def check_entries(part, _words):
    held = {}
    for one in part:
        entry = check_entry(one)
        for log, seq, ident in entry.deps:
            same("a dep", held[log, seq].id[:8], ident)
        if entry.seq > 1:
            same("the chain", entry.previous, held[entry.log, entry.seq - 1].id)
        held[entry.log, entry.seq] = entry
        if entry.type < 64:
            payload(entry.type, entry.payload)
    last = check_entry(part[-1])
    same("a later sub follows", held[last.deps[0][:2]].id, last.previous)


def check_sealed(part, _words):
    key = x(part["key"])
    same("epoch id", epoch_id(x(part["group"]), key), x(part["epoch"]))
    plain = xopen(key, x(part["associated_data"]), x(part["payload"]))
    same("plaintext", plain, x(part["plain"]))
    same("message", payload(64, plain), [0, "", "Moin"])


def check_epoch(part, _words, keys):
    ident, height, ephemeral, records, carriers, sealed = payload(12, x(part["payload"]))
    key = x(part["key"])
    same("height", height, part["height"])
    same("ephemeral", x25519(x(part["ephemeral_secret"]), primitives.BASE), ephemeral)
    for name in ("anna", "bora"):
        opened = open_record(records, ephemeral, x(keys[name]["box_secret"]), x(keys[name]["box"]))
        same(f"{name}'s record", opened, key)
    same("epoch id", (epoch_id(x(part["group"]), key), ident), (x(part["id"]), x(part["id"])))
    carrier = x(part["carrier_box_secret"])
    same("the carrier's record", open_record(carriers, ephemeral, carrier, x25519(carrier, primitives.BASE)),
         x(part["workspace_key"]))
    same("secrets", open_epoch_secrets(x(part["group"]), key, sealed),
         ([x(part["superseded"][0])], x(part["workspace_key"])))


def check_keyshare(part, _words):
    epoch, height, ephemeral, records = payload(13, x(part["payload"]))
    secret = x(part["box_secret"])
    same("key", open_record(records, ephemeral, secret, x25519(secret, primitives.BASE)), x(part["key"]))
    same("key of another", open_record(records, ephemeral, secret, bytes(32)), None)
    same("epoch id", (epoch_id(x(part["group"]), x(part["key"])), height), (epoch, 2))


def check_letter(part, _words, workspace):
    to, ephemeral, box, sealed = payload(15, x(part["payload"]))
    secret, own = x(part["box_secret"]), x25519(x(part["box_secret"]), primitives.BASE)
    same("receiver", to, h(own)[:8])
    same("key", open_record(to + box, ephemeral, secret, own), x(part["key"]))
    same("note", xopen(x(part["key"]), h(b"zuruf-note-v1", workspace), sealed), x(part["note"]))
    items = one_array(x(part["note"]).rstrip(b"\0"))
    same("an invitation to carry", (items[0], items[7]), (1, ""))


def check_root(part, _words, keys, workspace):
    secret, own = x(part["box_secret"]), x(part["box"])
    same("the root's box key", (primitives.box_secret_of(x(keys["root_seed"])), primitives.box_key_of(x(keys["root"]))),
         (secret, own))
    same("its pair", x25519(secret, primitives.BASE), own)

    ephemeral, box, sealed = one_array(x(part["charter"]["content"]))
    key = open_record(h(own)[:8] + box, ephemeral, secret, own)
    same("charter", xopen(key, h(b"zuruf-note-v1", workspace), sealed), x(part["charter"]["note"]))
    items = one_array(x(part["charter"]["note"]).rstrip(b"\0"))
    same("its group", (items[0], group_id(items[2], items[3]), items[4:]), (6, items[1], [True, "Vertrieb"]))

    visit = part["visit"]
    ephemeral, _, sealed = one_array(x(visit["content"]))
    group, salt = x(visit["group"]), ephemeral[:16]
    mark = bytearray(h(b"zuruf-visit-mark-v1", salt, key=group)[:16])
    mark[15] &= 0x7f
    same("the group's mark", ephemeral[16:], bytes(mark))
    same("the group's key", h(b"zuruf-visit-key-v1", salt, key=group), x(visit["key"]))
    same("visit", xopen(x(visit["key"]), h(b"zuruf-note-v1", workspace), sealed), x(visit["note"]))
    kind, asked, root, word = one_array(x(visit["note"])[:1 + 1 + 34 + 34 + 66])
    text = b"zuruf-visit-v1\0" + workspace + group + x(visit["author"])
    same("its word", (kind, asked, primitives.ed25519_verify(root, text, word)), (7, group, True))


def check_clock(part, _words):
    same("clock", payload(8, x(part["payload"])), [x(part["log"]), part["from"], part["to"]])


def check_governance(part, _words, vectors):
    def plain(item):
        return x(item) if isinstance(item, str) else tuple(map(plain, item)) if isinstance(item, list) else item

    for one in part:
        items = payload(one["type"], x(one["payload"]))
        same(one["name"], [tuple(item) if isinstance(item, list) else item for item in items],
             [plain(item) for item in one["items"]])
        if one["name"] == "LINK":
            keys, group = vectors["keys"], x(vectors["genesis"]["group"])
            same("consent in LINK", consents_to_link(group, x(keys["anna"]["device"]), items), True)
            same("for another's person", consents_to_link(group, x(keys["bora"]["device"]), items), False)
    same("types", sorted(one["type"] for one in part), [2, 3, 4, 6, 7, 11, 14])


# ---------------------------------------------------------------- messages and links


def check_messages(part, _words, group):
    for one in part:
        items = [x(item) if isinstance(item, str) else item["text"] if isinstance(item, dict) else item
                 for item in one["items"]]
        same(one["name"], encode(items), x(one["bytes"]))
        same(one["name"], [name for name, _ in messages(x(one["bytes"]))], [one["name"]])
        if one["name"] == "PRESENCE":
            same("proof", [proves_presence(group, row) for row in rows(items[3], 32, 8, 1, 16, 2, 64)], [True])
        if one["name"] != "ENTRIES":
            same(one["name"], check_message(items)[1], items[1:])


def shake(role, psk, secrets, ephemeral, three, initiator, responder):
    """The ciphers of a handshake, followed with the secrets of one side."""
    noise = Handshake(role, psk, secrets, ephemeral)
    same("first payload", noise.first(three[0]), b"")
    same("the responder", noise.second(three[1]), responder)
    same("the initiator", noise.third(three[2]), initiator)
    return noise.split()


def check_handshake(part, _words):
    sent = [frame for one in part["frames"] for frame in frames(x(one["bytes"]))]
    devices = x(part["initiator"]["device"]), x(part["responder"]["device"])
    for role in ("initiator", "responder"):
        secrets = part[role]
        same("link key", x25519(x(secrets["link_secret"]), primitives.BASE), x(secrets["link_key"]))
        ciphers = shake(role, x(part["psk"]), x(secrets["link_secret"]), x(secrets["ephemeral_secret"]), sent, *devices)
        for sender, frame in zip(("initiator", "responder"), sent[3:]):
            same("transport key", ciphers[sender].key, x(part[f"{sender}_sends_with"]))
            (name, (home, port, _digest)), = messages(ciphers[sender].open(b"", frame))
            same("first frame", (name, home, port), ("HELLO", x(part[sender]["home"]), 4711))
    cipher, rekey = Cipher(x(part["initiator_sends_with"])), part["rekey"]
    life = cipher.life()
    same("life key", life.key, x(part["life"]["key"]))
    same("signs of life", [life.open(b"", x(frame)) for frame in part["life"]["frames"]], [b"", b""])
    cipher.counter = rekey["counter"]
    same("last frame", [name for name, _ in messages(cipher.open(b"", x(rekey["last"])))], ["PING", "REKEY"])
    cipher.rekey()
    same("key after REKEY", cipher.key, x(rekey["key"]))
    same("next frame", list(messages(cipher.open(b"", x(rekey["next"])))), [("PING", [])])


def check_bad(part, _words):
    for one in part:
        try:
            if one["what"] == "entry":
                Entry(x(one["bytes"]))
            elif one["what"] == "payload":
                payload(one["type"], x(one["bytes"]))
            else:
                list(messages(x(one["bytes"])))
        except Malformed:
            continue
        raise AssertionError(f"{one['what']}: {one['why']}: was taken")


# ---------------------------------------------------------------- a conversation


class Listener:
    """What somebody knows who holds the secrets of both ends."""

    def __init__(self, story):
        self.story = story
        self.workspace_key = self.group = self.root = None
        self.heads, self.authors, self.keys, self.said, self.names = {}, {}, {}, [], []
        self.seen = set()

    def follow(self, connection):
        one = connection["initiator"]
        two = "Bora" if one == "Anna" else "Anna"
        self.numbers = {one: {}, two: {}}
        psk = self.workspace_key or psk_of(self.story["code"])
        queue = [(frame["from"], raw) for frame in connection["frames"] for raw in frames(x(frame["bytes"]))]
        devices = x(self.story[one]["device"]), x(self.story[two]["device"])
        three = [raw for _, raw in queue[:3]]
        for role, name in (("initiator", one), ("responder", two)):
            ciphers = shake(role, psk, x(self.story[name]["link_secret"]), x(connection[f"{role}_ephemeral"]), three,
                            *devices)
        ciphers = {one: ciphers["initiator"], two: ciphers["responder"]}
        lives = {name: cipher.life() for name, cipher in ciphers.items()}
        for sender, raw in queue[3:]:
            if len(raw) == 16:
                same("sign of life", lives[sender].open(b"", raw), b"")
                continue
            for name, items in messages(ciphers[sender].open(b"", raw)):
                self.seen.add(name)
                if name == "REKEY":
                    ciphers[sender].rekey()
                take = getattr(self, "on_" + name.lower(), None)
                if take:
                    take(sender, items)

    def on_hello(self, sender, items):
        same("home", items[0], x(self.story[sender]["home"]))

    def on_invited(self, _sender, items):
        self.group, self.person, self.instance = items

    def on_join(self, sender, items):
        name, box, consent = items
        membership = x(self.story[sender]["device"]), self.person, self.instance, 0, box, consent
        same("consent in JOIN", (name, box, consents(self.group, membership)), (sender, x(self.story[sender]["box"]),
                                                                                  True))

    def on_welcome(self, _sender, items):
        group, self.root, self.workspace_key, _addresses = items
        same("group", group, self.group)
        self.authors[log_id(group, self.root, 0, bytes(8), 0)] = self.root

    def on_log(self, sender, items):
        number, group, device, instance, sub, kind, branch = items
        need(len(branch) in (0, 40), "half a branch")
        name = log_id(group, device, instance, sub, kind)
        self.numbers[sender][number] = name
        self.authors[name] = device

    def on_entries(self, sender, items):
        number, _flags, packed = items
        log = self.numbers[sender][number]
        for entry in entries_of(packed):
            head = self.heads.get(log)
            same("an entry's log", entry.log, log)
            if head and entry.seq <= head.seq:
                continue  # known: sent twice, live and when asked for
            same("an entry's number", entry.seq, head.seq + 1 if head else 1)
            same("its chain", entry.previous, head.id if head else bytes(32))
            same("its signature", entry.verifies(self.authors[log]), True)
            self.heads[log] = entry
            self.read(entry)

    def read(self, entry):
        """A listener has the keys only once the KEYSHARE came, and content comes after governance."""
        if entry.type == 1:
            same("the group of GENESIS", group_id(self.root, entry.payload), self.group)
        elif entry.type == 5:
            same("the consent in ADD", consents(self.group, payload(5, entry.payload)[:6]), True)
        elif entry.type == 13:
            epoch, _height, ephemeral, records = payload(13, entry.payload)
            bora = self.story["Bora"]
            key = open_record(records, ephemeral, x(bora["box_secret"]), x(bora["box"]))
            same("the key in KEYSHARE", epoch_id(self.group, key), epoch)
            self.keys[epoch] = key
        elif entry.type >= 64:
            content = payload(entry.type, xopen(self.keys[entry.epoch], entry.associated_data, entry.payload))
            if entry.type == 64:
                answered = entry.deps[0][1] if content[0] & 1 else None
                self.said.append((content[1], content[2], answered))
            else:
                self.names.append(content[1 if entry.type == 65 else 0])

    def on_digests(self, _sender, items):
        ends = [(0 if entry.type < 64 else 1, log, entry.seq, entry.id) for log, entry in self.heads.items()]
        self.last_digest = (items[0], self.group + digest(self.group, ends))


def check_conversation(story):
    if psk_of(story["code"]) is None:
        skipped.append("a conversation (it begins with the psk of a code)")
        return
    listener = Listener(story)
    for connection in story["connections"]:
        listener.follow(connection)
    same("what was said", listener.said, [
        ("Lieferung", "Moin zusammen", None), ("", "Ist das Holz da?", None), ("Lieferung", "Es kommt um zehn.", 3),
        ("", "Danke!", None)])
    same("names", listener.names, ["Werkstatt", "Anna", "Bora"])
    same("the last digest", *listener.last_digest)
    missing = {"HELLO", "DIGESTS", "HAVE", "WANT", "LOG", "ENTRIES", "END", "ACK", "BYE", "INVITED", "JOIN",
               "WELCOME", "REKEY"} - listener.seen
    same("messages that never came", missing, set())


# ---------------------------------------------------------------- the program


def read_words(path):
    with open(path, encoding="utf-8") as source:
        words = re.findall(r'"([a-z]+)"', source.read())
    same("words in the list", (len(words), sorted(words)), (2048, words))
    return words


def main(protocol_path, words_path, conversation_path=None):
    primitives.examples()
    words = read_words(words_path)
    with open(protocol_path, encoding="utf-8") as source:
        vectors = json.load(source)
    checks = {"keys": check_keys, "words": check_words, "logs": check_logs, "consents": check_consents,
              "genesis": check_genesis, "entries": check_entries, "sealed": check_sealed,
              "epoch": lambda part, words: check_epoch(part, words, vectors["keys"]), "keyshare": check_keyshare,
              "letter": lambda part, words: check_letter(part, words, x(vectors["genesis"]["group"])),
              "root": lambda part, words: check_root(part, words, vectors["keys"], x(vectors["genesis"]["group"])),
              "clock": check_clock, "governance": lambda part, words: check_governance(part, words, vectors),
              "tag": check_tag, "digest": check_digest, "handshake": check_handshake,
              "messages": lambda part, words: check_messages(part, words, x(vectors["genesis"]["group"])),
              "bad": check_bad}
    same("parts", sorted(vectors), sorted(checks))
    for name, part in vectors.items():
        checks[name](part, words)
    if conversation_path:
        with open(conversation_path, encoding="utf-8") as source:
            check_conversation(json.load(source))
    for what in skipped:
        print("skipped:", what)
    print(len(checks), "parts of the protocol agree with core/PROTOCOL.md")


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
