package dev.tollgate.http.token;

import dev.tollgate.schemas.text.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A bearer token as the configuration holds it: {@code sha256:SALT:HASH}, both in hex, where the hash is SHA-256 over
 * the salt and the token's UTF-8 bytes. One round is enough because tokens are random and long, unlike passwords;
 * {@link #of} rejects short ones, and {@link #newToken()} makes one of 256 random bits.
 */
public final class TokenHash {
    /** Fewest characters of a token. */
    public static final int MIN_CHARACTERS = 24;
    /** Most characters of a token; more are not even hashed. */
    public static final int MAX_CHARACTERS = 512;

    private static final int SALT_BYTES = 16;
    private static final int TOKEN_BYTES = 32;
    private static final Pattern FORM = Pattern.compile("sha256:([0-9a-f]{32}):([0-9a-f]{64})");
    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] salt;
    private final byte[] hash;

    private TokenHash(byte[] salt, byte[] hash) {
        this.salt = salt;
        this.hash = hash;
    }

    /** A fresh token, which is to be handed to its user once and kept nowhere. */
    public static String newToken() {
        byte[] random = new byte[TOKEN_BYTES];
        RANDOM.nextBytes(random);
        return "tg_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /**
     * Hashes a token under a fresh salt.
     *
     * @throws IllegalArgumentException if it is not {@value #MIN_CHARACTERS} to {@value #MAX_CHARACTERS} characters out
     *     of those that a bearer token may have (RFC 6750: letters, digits, {@code - . _ ~ + /} and {@code =} at the
     *     end)
     */
    public static TokenHash of(String token) {
        if (token.length() < MIN_CHARACTERS || token.length() > MAX_CHARACTERS) {
            throw new IllegalArgumentException("a token must have " + MIN_CHARACTERS + " to " + MAX_CHARACTERS
                    + " characters, had " + token.length());
        }
        if (!token.matches("[A-Za-z0-9._~+/-]+=*")) {
            throw new IllegalArgumentException("a token must be letters, digits, '-', '.', '_', '~', '+', '/'"
                    + " and '=' at its end; this one has other characters");
        }
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        return new TokenHash(salt, hash(salt, token));
    }

    /**
     * Reads the configuration's form.
     *
     * @throws IllegalArgumentException if it has another
     */
    public static TokenHash parse(String text) {
        Matcher matcher = FORM.matcher(text.trim());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("a token's hash must be sha256:SALT:HASH, with 32 and 64 hex digits");
        }
        return new TokenHash(
                HexFormat.of().parseHex(matcher.group(1)), HexFormat.of().parseHex(matcher.group(2)));
    }

    /** Whether this is the hash of a token; takes the same time wherever they differ. */
    public boolean matches(String token) {
        return token.length() <= MAX_CHARACTERS && MessageDigest.isEqual(hash, hash(salt, token));
    }

    /** The configuration's form, which {@link #parse} reads. */
    public String text() {
        return "sha256:" + HexFormat.of().formatHex(salt) + ":" + HexFormat.of().formatHex(hash);
    }

    /** Says nothing of the hash: what is logged should not help anyone. */
    @Override
    public String toString() {
        return "TokenHash[****]";
    }

    private static byte[] hash(byte[] salt, String token) {
        MessageDigest digest = Sha256.digest();
        digest.update(salt);
        return digest.digest(token.getBytes(StandardCharsets.UTF_8));
    }
}
