package dev.tollgate.plans.yaml;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a YAML text into a tree of {@link YamlNode}.
 *
 * <p>The work is linear in the length of the text: aliases, which could make a small text stand for a huge tree, are
 * rejected and never followed, and depth and number of nodes are bounded. Reading goes on after every fault but a
 * syntax error, so that all of them are found at once.
 */
public final class YamlTree {
    /** Deepest nesting. */
    public static final int MAX_DEPTH = 20;

    /** Most keys and values in one document. */
    public static final int MAX_NODES = 100_000;

    private static final char NEXT_LINE = 0x85;
    private static final char LINE_SEPARATOR = 0x2028;
    private static final char PARAGRAPH_SEPARATOR = 0x2029;

    private static final YAMLFactory YAML = new YAMLFactory();

    private final int[] characters;
    private final YAMLParser parser;
    private final YamlFaults faults;
    private int nodes;

    private YamlTree(String text, YAMLParser parser, YamlFaults faults) {
        this.characters = text.codePoints().toArray();
        this.parser = parser;
        this.faults = faults;
    }

    /**
     * Reads a document.
     *
     * @param text the whole document
     * @param faults told of each fault
     * @return the root, without the parts that have faults; null if there is none, and then a fault was reported
     */
    public static @Nullable YamlNode read(String text, YamlFaults faults) {
        rejectAmbiguousLineEnds(text, faults);
        try (YAMLParser parser = YAML.createParser(new StringReader(text))) {
            return new YamlTree(text, parser, faults).document();
        } catch (JsonProcessingException e) {
            faults.report(locationOf(e.getLocation()), "", "is not YAML: " + firstLine(e.getOriginalMessage()), null);
            return null;
        } catch (GivenUpException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException("a text in memory could not be read", e);
        }
    }

    /**
     * Rejects the characters that end a line in YAML 1.1, which the parser here reads, and are text in YAML 1.2, which
     * editors read: with one of them in a comment the two see different files.
     */
    private static void rejectAmbiguousLineEnds(String text, YamlFaults faults) {
        int line = 1;
        int column = 1;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == NEXT_LINE || c == LINE_SEPARATOR || c == PARAGRAPH_SEPARATOR) {
                faults.report(
                        new Location(line, column),
                        "",
                        "must end lines by line feed, but has U+%04X here".formatted((int) c),
                        null);
            }
            line += c == '\n' ? 1 : 0;
            column = c == '\n' ? 1 : column + (Character.isLowSurrogate(c) ? 0 : 1);
        }
    }

    private @Nullable YamlNode document() throws IOException {
        if (parser.nextToken() == null) {
            faults.report(Location.START, "", "is empty", null);
            return null;
        }
        YamlNode root = value("", 1);
        if (parser.nextToken() != null) {
            faults.report(here(), "", "must be one YAML document, but a second one begins here", null);
        }
        return root;
    }

    /** Reads the value that begins with the current token. */
    private YamlNode value(String path, int depth) throws IOException {
        Location location = here();
        count(location, path);
        if (depth > MAX_DEPTH) {
            throw giveUp(location, path, "is nested more than " + MAX_DEPTH + " deep");
        }
        if (parser.isCurrentAlias()) {
            faults.report(location, path, "must be written out: aliases are not supported", "*" + parser.getText());
            return new YamlNode.Scalar(location, YamlNode.Kind.EMPTY, "");
        }
        rejectDecoration(location, path);
        JsonToken token = parser.currentToken();
        return switch (token) {
            case START_OBJECT -> mapping(location, path, depth);
            case START_ARRAY -> sequence(location, path, depth);
            case VALUE_NUMBER_INT -> scalar(location, YamlNode.Kind.INTEGER);
            case VALUE_NUMBER_FLOAT -> scalar(location, YamlNode.Kind.DECIMAL);
            case VALUE_TRUE, VALUE_FALSE -> scalar(location, YamlNode.Kind.BOOLEAN);
            case VALUE_NULL -> new YamlNode.Scalar(location, YamlNode.Kind.EMPTY, "");
            case VALUE_STRING, VALUE_EMBEDDED_OBJECT -> scalar(location, YamlNode.Kind.TEXT);
            case NOT_AVAILABLE, END_OBJECT, END_ARRAY, FIELD_NAME ->
                throw giveUp(location, path, "is not YAML: unexpected " + token);
        };
    }

    private YamlNode scalar(Location location, YamlNode.Kind kind) throws IOException {
        String text = parser.getText();
        return new YamlNode.Scalar(location, kind, text == null ? "" : text);
    }

    private YamlNode mapping(Location location, String path, int depth) throws IOException {
        List<YamlNode.Entry> entries = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        for (JsonToken token = parser.nextToken(); token == JsonToken.FIELD_NAME; token = parser.nextToken()) {
            Location keyLocation = here();
            String key = parser.currentName();
            String keyPath = YamlPath.key(path, key);
            rejectDecoration(keyLocation, keyPath);
            rejectAmbiguousMark(
                    keyLocation, keyPath, parser.currentTokenLocation().getCharOffset());
            parser.nextToken();
            YamlNode value = value(keyPath, depth + 1);
            if (keys.add(key)) {
                entries.add(new YamlNode.Entry(keyLocation, key, value));
            } else {
                faults.report(keyLocation, keyPath, "is there twice", null);
            }
        }
        return new YamlNode.Mapping(location, entries);
    }

    private YamlNode sequence(Location location, String path, int depth) throws IOException {
        List<YamlNode> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(value(YamlPath.item(path, items.size()), depth + 1));
        }
        return new YamlNode.Sequence(location, items);
    }

    /**
     * Rejects a question mark right before a key: it marks the key in YAML 1.1, which the parser here reads, and is its
     * first character in YAML 1.2, which editors read.
     */
    private void rejectAmbiguousMark(Location location, String path, long offset) {
        if (offset > 0 && offset <= characters.length && characters[(int) offset - 1] == '?') {
            faults.report(location, path, "must not have a question mark before its name", "?");
        }
    }

    private void rejectDecoration(Location location, String path) throws IOException {
        Object anchor = parser.getObjectId();
        if (anchor != null) {
            faults.report(location, path, "must have no anchor: aliases are not supported", "&" + anchor);
        }
        Object tag = parser.getTypeId();
        if (tag != null) {
            faults.report(location, path, "must have no tag", "!" + tag);
        }
    }

    private void count(Location location, String path) {
        nodes++;
        if (nodes > MAX_NODES) {
            throw giveUp(location, path, "is more than the " + MAX_NODES + " values that one file may hold");
        }
    }

    private GivenUpException giveUp(Location location, String path, String rule) {
        faults.report(location, path, rule, null);
        return new GivenUpException();
    }

    private Location here() {
        return locationOf(parser.currentTokenLocation());
    }

    private static Location locationOf(@Nullable JsonLocation location) {
        return location == null
                ? Location.START
                : new Location(Math.max(1, location.getLineNr()), Math.max(1, location.getColumnNr()));
    }

    private static String firstLine(@Nullable String message) {
        if (message == null) {
            return "unreadable";
        }
        return message.lines().findFirst().orElse("unreadable").strip();
    }

    /** Ends the reading after a fault that was reported. */
    private static final class GivenUpException extends RuntimeException {
        GivenUpException() {
            super(null, null, false, false);
        }
    }
}
