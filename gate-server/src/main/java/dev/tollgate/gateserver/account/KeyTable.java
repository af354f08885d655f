package dev.tollgate.gateserver.account;

import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.planmodel.input.InputText;
import dev.tollgate.planmodel.input.Violation;
import dev.tollgate.schemas.text.Sha256;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Accounts by the hash of their API keys. The file has a line for each key, of words with blanks between them:
 *
 * <pre>{@code
 * # SHA-256 of the key, account, id of the key, project
 * 2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b acme key-7 search
 * }</pre>
 *
 * <p>Id and project may be left out; a dash stands for no id. Without an id, the key is called by the first twelve
 * digits of its hash. Hashes are not salted, so that a key is found with one look: keys must be long and random.
 *
 * <p>Immutable.
 */
public final class KeyTable {
    /** Most keys of a file. */
    static final int MAX_KEYS = 1_000_000;

    private static final Pattern HASH = Pattern.compile("[0-9a-fA-F]{64}");
    private static final Pattern BLANKS = Pattern.compile("[ \t]+");
    private static final int DEFAULT_ID_CHARACTERS = 12;

    private final Map<String, Caller.Known> byHash;

    private KeyTable(Map<String, Caller.Known> byHash) {
        this.byHash = byHash;
    }

    /**
     * Reads a file's text.
     *
     * @throws IllegalArgumentException naming the first line that is wrong; hashes are not repeated
     */
    public static KeyTable parse(String text) {
        Map<String, Caller.Known> byHash = new HashMap<>();
        int number = 0;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            number++;
            String content = line.strip();
            if (!content.isEmpty() && !content.startsWith("#")) {
                add(byHash, BLANKS.split(content), number);
            }
        }
        if (byHash.isEmpty()) {
            throw new IllegalArgumentException("has no key");
        }
        return new KeyTable(byHash);
    }

    private static void add(Map<String, Caller.Known> byHash, String[] words, int line) {
        if (words.length < 2 || words.length > 4 || !HASH.matcher(words[0]).matches()) {
            throw new IllegalArgumentException(
                    "line " + line + " must be SHA256 ACCOUNT [KEY-ID [PROJECT]], the hash as 64 hexadecimal digits");
        }
        String hash = words[0].toLowerCase(java.util.Locale.ROOT);
        String given = words.length > 2 && !words[2].equals("-") ? words[2] : null;
        String keyId = given == null ? hash.substring(0, DEFAULT_ID_CHARACTERS) : given;
        String project = words.length > 3 ? words[3] : null;
        require(line, InputText.required("account", words[1], Bounds.MAX_ID_CHARACTERS));
        require(line, InputText.required("key id", keyId, Bounds.MAX_ID_CHARACTERS));
        require(line, InputText.optional("project", project, Bounds.MAX_ID_CHARACTERS));
        if (byHash.put(hash, new Caller.Known(words[1], project, keyId)) != null) {
            throw new IllegalArgumentException("line " + line + " has a hash that an earlier line has");
        }
        if (byHash.size() > MAX_KEYS) {
            throw new IllegalArgumentException("has more than " + MAX_KEYS + " keys");
        }
    }

    private static void require(int line, @Nullable Violation violation) {
        if (violation != null) {
            throw new IllegalArgumentException("line " + line + ": " + violation.sentence());
        }
    }

    /** Who a key belongs to; null if nobody. */
    Caller.@Nullable Known find(String key) {
        return byHash.get(HexFormat.of().formatHex(Sha256.of(key)));
    }

    /** How many keys are known. */
    public int size() {
        return byHash.size();
    }
}
