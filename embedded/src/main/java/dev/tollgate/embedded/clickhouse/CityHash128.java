package dev.tollgate.embedded.clickhouse;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The 128-bit hash of CityHash 1.0.2, with which ClickHouse guards each compressed block. Later versions of CityHash
 * give other values; ClickHouse stayed with this one for good.
 *
 * <p>Short inputs go through a Murmur-like mix of 16 bytes at a time. Longer ones run two 64-byte rounds at a time over
 * five words of state, and then mix in what is left from its end backwards.
 *
 * @param low the first eight bytes, as a little-endian number
 * @param high the other eight
 */
record CityHash128(long low, long high) {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long K0 = 0xc3a5c85c97cb3127L;
    private static final long K1 = 0xb492b66fbe98f273L;
    private static final long K2 = 0x9ae16a3b2f90404fL;
    private static final long K3 = 0xc949d7c7509e6557L;
    private static final long MIX = 0x9ddfea08eb382d69L;

    private static final int LONG_INPUT = 128;

    /** Hashes {@code length} bytes from {@code offset} on. */
    static CityHash128 of(byte[] bytes, int offset, int length) {
        if (length >= 16) {
            return seeded(bytes, offset + 16, length - 16, fetch64(bytes, offset) ^ K3, fetch64(bytes, offset + 8));
        }
        if (length >= 8) {
            return seeded(
                    bytes, offset, 0, fetch64(bytes, offset) ^ (length * K0), fetch64(bytes, offset + length - 8) ^ K1);
        }
        return seeded(bytes, offset, length, K0, K1);
    }

    private static CityHash128 seeded(byte[] bytes, int offset, int length, long seedLow, long seedHigh) {
        if (length < LONG_INPUT) {
            return murmur(bytes, offset, length, seedLow, seedHigh);
        }
        State state = new State(bytes, offset, length, seedLow, seedHigh);
        int position = offset;
        int left = length;
        while (left >= LONG_INPUT) {
            state.round(position);
            state.round(position + 64);
            position += LONG_INPUT;
            left -= LONG_INPUT;
        }
        return state.finish(position, left);
    }

    private static CityHash128 murmur(byte[] bytes, int offset, int length, long seedLow, long seedHigh) {
        long a = seedLow;
        long b = seedHigh;
        long c;
        long d;
        if (length <= 16) {
            a = shiftMix(a * K1) * K1;
            c = b * K1 + hash0to16(bytes, offset, length);
            d = shiftMix(a + (length >= 8 ? fetch64(bytes, offset) : c));
        } else {
            c = hash16(fetch64(bytes, offset + length - 8) + K1, a);
            d = hash16(b + length, c + fetch64(bytes, offset + length - 16));
            a += d;
            int position = offset;
            for (int left = length - 16; left > 0; left -= 16) {
                a = (a ^ (shiftMix(fetch64(bytes, position) * K1) * K1)) * K1;
                b ^= a;
                c = (c ^ (shiftMix(fetch64(bytes, position + 8) * K1) * K1)) * K1;
                d ^= c;
                position += 16;
            }
        }
        a = hash16(a, c);
        b = hash16(d, b);
        return new CityHash128(a ^ b, hash16(b, a));
    }

    /** The state of a long input: three words and two pairs. */
    private static final class State {
        private final byte[] bytes;
        private long x;
        private long y;
        private long z;
        private long v1;
        private long v2;
        private long w1;
        private long w2;

        private State(byte[] bytes, int offset, int length, long seedLow, long seedHigh) {
            this.bytes = bytes;
            x = seedLow;
            y = seedHigh;
            z = length * K1;
            v1 = rotate(y ^ K1, 49) * K1 + fetch64(bytes, offset);
            v2 = rotate(v1, 42) * K1 + fetch64(bytes, offset + 8);
            w1 = rotate(y + z, 35) * K1 + x;
            w2 = rotate(x + fetch64(bytes, offset + 88), 53) * K1;
        }

        private void round(int position) {
            x = rotate(x + y + v1 + fetch64(bytes, position + 16), 37) * K1;
            y = rotate(y + v2 + fetch64(bytes, position + 48), 42) * K1;
            x ^= w2;
            y ^= v1;
            z = rotate(z ^ w1, 33);
            weakHashIntoV(position, v2 * K1, x + w1);
            weakHashIntoW(position + 32, z + w2, y);
            long swapped = z;
            z = x;
            x = swapped;
        }

        /**
         * Reads 32 bytes at a time from the end of the input back, if need be into what the rounds have read already.
         */
        private CityHash128 finish(int position, int left) {
            y += rotate(w1, 37) * K0 + z;
            x += rotate(v1 + z, 49) * K0;
            for (int done = 32; done < left + 32; done += 32) {
                int at = position + left - done;
                y = rotate(y - x, 42) * K0 + v2;
                w1 += fetch64(bytes, at + 16);
                x = rotate(x, 49) * K0 + w1;
                w1 += v1;
                weakHashIntoV(at, v1, v2);
            }
            x = hash16(x, v1);
            y = hash16(y, w1);
            return new CityHash128(hash16(x + v2, w2) + y, hash16(x + w2, y + v2));
        }

        private void weakHashIntoV(int position, long seedA, long seedB) {
            long a = seedA + fetch64(bytes, position);
            long last = fetch64(bytes, position + 24);
            long middle = a + fetch64(bytes, position + 8) + fetch64(bytes, position + 16);
            v2 = rotate(seedB + a + last, 21) + rotate(middle, 44) + a;
            v1 = middle + last;
        }

        private void weakHashIntoW(int position, long seedA, long seedB) {
            long a = seedA + fetch64(bytes, position);
            long last = fetch64(bytes, position + 24);
            long middle = a + fetch64(bytes, position + 8) + fetch64(bytes, position + 16);
            w2 = rotate(seedB + a + last, 21) + rotate(middle, 44) + a;
            w1 = middle + last;
        }
    }

    private static long hash0to16(byte[] bytes, int offset, int length) {
        if (length > 8) {
            long a = fetch64(bytes, offset);
            long b = fetch64(bytes, offset + length - 8);
            return hash16(a, rotate(b + length, length)) ^ b;
        }
        if (length >= 4) {
            long a = fetch32(bytes, offset);
            return hash16(length + (a << 3), fetch32(bytes, offset + length - 4));
        }
        if (length > 0) {
            int a = bytes[offset] & 0xff;
            int b = bytes[offset + (length >> 1)] & 0xff;
            int c = bytes[offset + length - 1] & 0xff;
            int y = a + (b << 8);
            int z = length + (c << 2);
            return shiftMix(y * K2 ^ z * K3) * K2;
        }
        return K2;
    }

    private static long hash16(long u, long v) {
        long a = shiftMix((u ^ v) * MIX);
        return shiftMix((v ^ a) * MIX) * MIX;
    }

    private static long shiftMix(long value) {
        return value ^ (value >>> 47);
    }

    private static long rotate(long value, int shift) {
        return Long.rotateRight(value, shift);
    }

    private static long fetch64(byte[] bytes, int offset) {
        return (long) LONGS.get(bytes, offset);
    }

    private static long fetch32(byte[] bytes, int offset) {
        return Integer.toUnsignedLong((int) INTS.get(bytes, offset));
    }
}
