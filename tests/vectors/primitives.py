# SPDX-License-Identifier: MIT
"""The primitives of core/PROTOCOL.md, "Cryptography", in plain Python: slow, readable, not for secrets that matter.
Each is tried with the example of its own specification when this module is run."""

import hashlib
import hmac

# ---------------------------------------------------------------- BLAKE2b (RFC 7693)


def h(*parts, size=32, key=b""):
    return hashlib.blake2b(b"".join(parts), digest_size=size, key=key).digest()


def hmac64(key, data):
    return hmac.new(key, data, hashlib.blake2b).digest()  # block 128, hash 64


# ---------------------------------------------------------------- X25519 (RFC 7748)

P = 2**255 - 19
BASE = bytes([9]) + bytes(31)


def x25519(secret, public):
    k = int.from_bytes(secret, "little") & ~7 & ~(1 << 255) | 1 << 254
    u = int.from_bytes(public, "little") % (1 << 255) % P
    x1, x2, z2, x3, z3, swap = u, 1, 0, u, 1, 0
    for t in reversed(range(255)):
        bit = k >> t & 1
        if swap != bit:
            x2, x3, z2, z3 = x3, x2, z3, z2
        swap = bit
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        aa, bb, da, cb = a * a % P, b * b % P, d * a % P, c * b % P
        e = aa - bb
        x3, z3 = (da + cb) ** 2 % P, x1 * (da - cb) ** 2 % P
        x2, z2 = aa * bb % P, e * (aa + 121665 * e) % P
    if swap:
        x2, z2 = x3, z3
    shared = (x2 * pow(z2, P - 2, P) % P).to_bytes(32, "little")
    if shared == bytes(32):
        raise ValueError("X25519 gave zero")
    return shared


# ---------------------------------------------------------------- Ed25519 (RFC 8032)

L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
IDENTITY = (0, 1, 1, 0)


def point_add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, i = b - a, d - c, d + c, b + a
    return e * f % P, g * i % P, f * g % P, e * i % P


def point_times(k, p):
    result = IDENTITY
    while k:
        if k & 1:
            result = point_add(result, p)
        p = point_add(p, p)
        k >>= 1
    return result


def point_encode(p):
    inverse = pow(p[2], P - 2, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def point_decode(data):
    number = int.from_bytes(data, "little")
    sign, y = number >> 255, number & (1 << 255) - 1
    if y >= P:
        raise ValueError("not canonical")
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * SQRT_M1 % P
    if (x * x - square) % P or (x == 0 and sign):
        raise ValueError("not on the curve")
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE_POINT = point_decode((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def is_small(p):
    return point_encode(point_times(8, p)) == point_encode(IDENTITY)


def ed25519_public(seed):
    a = int.from_bytes(hashlib.sha512(seed).digest()[:32], "little") & ~7 & ~(1 << 255) | 1 << 254
    return point_encode(point_times(a & (1 << 255) - 1, BASE_POINT))


def box_secret_of(seed):
    a = int.from_bytes(hashlib.sha512(seed).digest()[:32], "little") & ~7 & ~(1 << 255) | 1 << 254
    return (a & (1 << 255) - 1).to_bytes(32, "little")


def box_key_of(key):
    """The birational map: u = (1 + y) / (1 - y)."""
    y = int.from_bytes(key, "little") & (1 << 255) - 1
    return ((1 + y) * pow(1 - y, P - 2, P) % P).to_bytes(32, "little")


def ed25519_verify(key, message, signature):
    """As PROTOCOL.md says: canonical, no small order, no cofactor."""
    try:
        a, r = point_decode(key), point_decode(signature[:32])
    except ValueError:
        return False
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= L or is_small(a) or is_small(r):
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    minus_a = P - a[0], a[1], 1, P - a[3]
    return point_encode(point_add(point_times(s, BASE_POINT), point_times(k, minus_a))) == signature[:32]


# ---------------------------------------------------------------- ChaCha20, Salsa20, Poly1305 (RFC 8439, NaCl)

SIGMA = b"expand 32-byte k"
CHACHA_ROUND = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))
SALSA_ROUND = ((0, 4, 8, 12), (5, 9, 13, 1), (10, 14, 2, 6), (15, 3, 7, 11),
               (0, 1, 2, 3), (5, 6, 7, 4), (10, 11, 8, 9), (15, 12, 13, 14))


def words(data):
    return [int.from_bytes(data[i:i + 4], "little") for i in range(0, len(data), 4)]


def unwords(numbers):
    return b"".join((number & 0xffffffff).to_bytes(4, "little") for number in numbers)


def rotl(x, n):
    x &= 0xffffffff
    return x << n & 0xffffffff | x >> 32 - n


def chacha_rounds(state):
    x = list(state)
    for _ in range(10):
        for a, b, c, d in CHACHA_ROUND:
            for n, m in ((16, 12), (8, 7)):
                x[a] += x[b]
                x[d] = rotl(x[d] ^ x[a] & 0xffffffff, n)
                x[c] += x[d]
                x[b] = rotl(x[b] ^ x[c] & 0xffffffff, m)
    return x


def salsa_rounds(state):
    x = list(state)
    for _ in range(10):
        for a, b, c, d in SALSA_ROUND:
            x[b] ^= rotl(x[a] + x[d], 7)
            x[c] ^= rotl(x[b] + x[a], 9)
            x[d] ^= rotl(x[c] + x[b], 13)
            x[a] ^= rotl(x[d] + x[c], 18)
    return x


def chacha_state(key, tail):
    return words(SIGMA + key + tail)


def salsa_state(key, tail):
    s, k = words(SIGMA), words(key)
    t = words(tail)
    return [s[0], *k[:4], s[1], *t, s[2], *k[4:], s[3]]


def block(rounds, state):
    return unwords(a + b for a, b in zip(rounds(state), state))


def hchacha(key, nonce16):
    x = chacha_rounds(chacha_state(key, nonce16))
    return unwords(x[:4] + x[12:])


def hsalsa(key, nonce16):
    x = salsa_rounds(salsa_state(key, nonce16))
    return unwords(x[i] for i in (0, 5, 10, 15, 6, 7, 8, 9))


def chacha20(key, nonce12, counter, data):
    stream = b"".join(block(chacha_rounds, chacha_state(key, (counter + i).to_bytes(4, "little") + nonce12))
                      for i in range(len(data) // 64 + 1))
    return bytes(a ^ b for a, b in zip(data, stream))


def poly1305(key, data):
    r = int.from_bytes(key[:16], "little") & 0x0ffffffc0ffffffc0ffffffc0fffffff
    total = 0
    for i in range(0, len(data), 16):
        total = (total + int.from_bytes(data[i:i + 16] + b"\1", "little")) * r % (2**130 - 5)
    return ((total + int.from_bytes(key[16:], "little")) % 2**128).to_bytes(16, "little")


def padded(data):
    return data + bytes(-len(data) % 16)


def aead_tag(key, nonce12, ad, sealed):
    lengths = len(ad).to_bytes(8, "little") + len(sealed).to_bytes(8, "little")
    return poly1305(chacha20(key, nonce12, 0, bytes(32)), padded(ad) + padded(sealed) + lengths)


def aead_seal(key, nonce12, ad, plain):
    sealed = chacha20(key, nonce12, 1, plain)
    return sealed + aead_tag(key, nonce12, ad, sealed)


def aead_open(key, nonce12, ad, sealed):
    if len(sealed) < 16 or aead_tag(key, nonce12, ad, sealed[:-16]) != sealed[-16:]:
        raise ValueError("the MAC does not verify")
    return chacha20(key, nonce12, 1, sealed[:-16])


def xopen(key, ad, sealed):
    """Opens nonce(24) ‖ XChaCha20-Poly1305."""
    return aead_open(hchacha(key, sealed[:16]), bytes(4) + sealed[16:24], ad, sealed[24:])


def xseal(key, nonce24, ad, plain):
    return nonce24 + aead_seal(hchacha(key, nonce24[:16]), bytes(4) + nonce24[16:], ad, plain)


def xsalsa_stream(key, nonce24, size):
    sub = hsalsa(key, nonce24[:16])
    return b"".join(block(salsa_rounds, salsa_state(sub, nonce24[16:] + i.to_bytes(8, "little")))
                    for i in range(size // 64 + 1))[:size]


def box_open(secret, public, nonce24, box):
    """NaCl's crypto_box: tag(16) ‖ ciphertext."""
    stream = xsalsa_stream(hsalsa(x25519(secret, public), bytes(16)), nonce24, len(box) + 16)
    if poly1305(stream[:32], box[16:]) != box[:16]:
        raise ValueError("the MAC of a box does not verify")
    return bytes(a ^ b for a, b in zip(box[16:], stream[32:]))


# ---------------------------------------------------------------- Argon2id: whichever library is there


def argon2id(password, salt):
    """64 MiB, 2 passes, 1 lane; None where no library is there."""
    try:
        from argon2 import low_level
        return low_level.hash_secret_raw(password, salt, 2, 65536, 1, 32, low_level.Type.ID, 0x13)
    except ImportError:
        pass
    try:
        from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
        return Argon2id(salt=salt, length=32, iterations=2, lanes=1, memory_cost=65536).derive(password)
    except ImportError:
        return None


# ---------------------------------------------------------------- the specifications' own examples


def examples():
    x = bytes.fromhex
    assert h(b"abc", size=64).hex().startswith("ba80a53f981c4d0d")  # RFC 7693, A
    assert x25519(x("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                  x("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")) == \
        x("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552")  # RFC 7748, 5.2
    key = x("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025")
    assert ed25519_public(x("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7")) == key  # RFC 8032, 7.1
    signature = x("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                  "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a")
    assert ed25519_verify(key, x("af82"), signature) and not ed25519_verify(key, x("af83"), signature)
    key, nonce = bytes(range(0x80, 0xa0)), x("070000004041424344454647")
    ad = x("50515253c0c1c2c3c4c5c6c7")
    plain = b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, " \
            b"sunscreen would be it."
    sealed = aead_seal(key, nonce, ad, plain)
    assert sealed[-16:] == x("1ae10b594f09e26a7e902ecbd0600691") and aead_open(key, nonce, ad, sealed) == plain  # 2.8.2
    sealed = xseal(key, bytes(range(0x40, 0x58)), ad, plain)
    assert sealed[-16:] == x("c0875924c1c7987947deafd8780acf49")  # draft-irtf-cfrg-xchacha-03, A.3.1
    assert hsalsa(x("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389"),
                  x("69696ee955b62b73cd62bda875fc73d6")) == \
        x("dc908dda0b9344a953629b733820778880f3ceb421bb61b91cbd4c3e66256ce4")  # NaCl paper, 8


if __name__ == "__main__":
    examples()
