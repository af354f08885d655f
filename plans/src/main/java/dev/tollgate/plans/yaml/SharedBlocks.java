package dev.tollgate.plans.yaml;

import dev.tollgate.schemas.text.NearMiss;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the versions of a plan file have in common, said once: blocks under {@code shared}, which versions name in
 * {@code extends}. Gives the file as it would be if everything was written out, so that nobody who reads it has to know
 * of blocks.
 *
 * <p>A version takes its blocks in their order, and then itself: keys of a mapping are taken one by one, limits by
 * their {@code id}, and of everything else the last one holds. What was taken keeps its place in the file for messages.
 *
 * <p>A block that no version names is a fault. Blocks extend nothing, so that there are no circles, and the form that
 * is written out is bounded like a file.
 */
public final class SharedBlocks {
    private static final String SHARED = "shared";
    private static final String EXTENDS = "extends";
    private static final String ID = "id";

    private static final String SHARED_RULE =
            "must be a mapping of blocks by name, each a mapping with keys of a version";
    private static final String EXTENDS_RULE = "must be the name of a block under shared, or a list of such names";

    private final YamlFaults faults;
    private final Map<String, YamlNode.Mapping> blocks = new LinkedHashMap<>();
    private final Set<String> extended = new HashSet<>();
    private boolean isEachKnown = true;
    private int nodes;

    private SharedBlocks(YamlFaults faults) {
        this.faults = faults;
    }

    /**
     * Writes a file out.
     *
     * @param root the whole file
     * @param faults told of each fault
     * @return the file without {@code shared} and {@code extends}; where those are wrong, without what they stand for
     */
    public static YamlNode resolve(YamlNode root, YamlFaults faults) {
        return root instanceof YamlNode.Mapping file ? new SharedBlocks(faults).file(file) : root;
    }

    private YamlNode file(YamlNode.Mapping file) {
        YamlNode.Entry shared = file.find(SHARED);
        if (shared != null) {
            read(shared.value());
        }
        List<YamlNode.Entry> entries = new ArrayList<>();
        for (YamlNode.Entry entry : file.entries()) {
            if (entry.key().equals("plans")) {
                entries.add(with(entry, each(entry.value(), "plans", this::plan)));
            } else if (entry != shared) {
                entries.add(entry);
            }
        }
        blocks.forEach((name, block) -> {
            // Where a name is wrong, it is not known which block it stood for.
            if (isEachKnown && !extended.contains(name)) {
                // What nothing extends is read by nobody, and so are the mistakes in it.
                faults.report(
                        block.location(),
                        YamlPath.key(SHARED, name),
                        "must be named by a version under extends, or be left out",
                        null);
            }
        });
        return new YamlNode.Mapping(file.location(), entries);
    }

    private void read(YamlNode shared) {
        if (!(shared instanceof YamlNode.Mapping named)) {
            faults.report(shared.location(), SHARED, SHARED_RULE, shared.describe());
            return;
        }
        for (YamlNode.Entry entry : named.entries()) {
            String path = YamlPath.key(SHARED, entry.key());
            if (!(entry.value() instanceof YamlNode.Mapping block)) {
                faults.report(
                        entry.value().location(),
                        path,
                        "must be a mapping with keys of a version",
                        entry.value().describe());
                continue;
            }
            for (String key : List.of("version", "effective_from", EXTENDS)) {
                YamlNode.Entry own = block.find(key);
                if (own != null) {
                    faults.report(
                            own.location(),
                            YamlPath.key(path, key),
                            "belongs into a version: blocks hold what versions have in common",
                            null);
                }
            }
            blocks.put(entry.key(), block);
        }
    }

    private interface Step {
        YamlNode apply(YamlNode.Mapping mapping, String path);
    }

    private static YamlNode each(YamlNode list, String path, Step step) {
        if (!(list instanceof YamlNode.Sequence sequence)) {
            return list;
        }
        List<YamlNode> items = new ArrayList<>();
        for (YamlNode item : sequence.items()) {
            items.add(
                    item instanceof YamlNode.Mapping mapping
                            ? step.apply(mapping, YamlPath.item(path, items.size()))
                            : item);
        }
        return new YamlNode.Sequence(sequence.location(), items);
    }

    private YamlNode plan(YamlNode.Mapping plan, String path) {
        List<YamlNode.Entry> entries = new ArrayList<>();
        for (YamlNode.Entry entry : plan.entries()) {
            entries.add(
                    entry.key().equals("versions")
                            ? with(entry, each(entry.value(), YamlPath.key(path, "versions"), this::version))
                            : entry);
        }
        return new YamlNode.Mapping(plan.location(), entries);
    }

    private YamlNode version(YamlNode.Mapping version, String path) {
        YamlNode.Entry named = version.find(EXTENDS);
        if (named == null) {
            return version;
        }
        List<YamlNode.Entry> own = new ArrayList<>(version.entries());
        own.remove(named);
        YamlNode result = new YamlNode.Mapping(version.location(), own);
        if (nodes > YamlTree.MAX_NODES) {
            return result;
        }
        YamlNode inherited = null;
        for (YamlNode name : namesIn(named.value())) {
            YamlNode.Mapping block = blockOf(name, YamlPath.key(path, EXTENDS));
            if (block != null) {
                inherited = inherited == null ? block : merge(inherited, block);
            }
        }
        if (inherited != null) {
            result = merge(inherited, result);
            count(result, named.location(), path);
        }
        return result;
    }

    private static List<YamlNode> namesIn(YamlNode value) {
        return value instanceof YamlNode.Sequence sequence ? sequence.items() : List.of(value);
    }

    private YamlNode.@Nullable Mapping blockOf(YamlNode name, String path) {
        if (!(name instanceof YamlNode.Scalar scalar) || scalar.kind() != YamlNode.Kind.TEXT) {
            isEachKnown = false;
            faults.report(name.location(), path, EXTENDS_RULE, name.describe());
            return null;
        }
        YamlNode.Mapping block = blocks.get(scalar.text());
        extended.add(scalar.text());
        if (block == null) {
            isEachKnown = false;
            String near = NearMiss.of(scalar.text(), blocks.keySet());
            String known = blocks.isEmpty() ? "there is none" : "there are " + String.join(", ", blocks.keySet());
            faults.report(
                    name.location(),
                    path,
                    EXTENDS_RULE + ": " + known + (near == null ? "" : " (did you mean '" + near + "'?)"),
                    name.describe());
        }
        return block;
    }

    /** The second of two values over the first. */
    private static YamlNode merge(YamlNode first, YamlNode second) {
        if (first instanceof YamlNode.Mapping before && second instanceof YamlNode.Mapping after) {
            return mergeMappings(before, after);
        }
        if (first instanceof YamlNode.Sequence before
                && second instanceof YamlNode.Sequence after
                && haveIds(before)
                && haveIds(after)) {
            return mergeById(before, after);
        }
        return second;
    }

    private static YamlNode mergeMappings(YamlNode.Mapping first, YamlNode.Mapping second) {
        Map<String, YamlNode.Entry> entries = new LinkedHashMap<>();
        first.entries().forEach(entry -> entries.put(entry.key(), entry));
        for (YamlNode.Entry entry : second.entries()) {
            YamlNode.Entry before = entries.get(entry.key());
            entries.put(entry.key(), before == null ? entry : with(entry, merge(before.value(), entry.value())));
        }
        return new YamlNode.Mapping(second.location(), List.copyOf(entries.values()));
    }

    private static YamlNode mergeById(YamlNode.Sequence first, YamlNode.Sequence second) {
        List<YamlNode> items = new ArrayList<>(first.items());
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < items.size(); i++) {
            places.putIfAbsent(idOf(items.get(i)), i);
        }
        for (YamlNode item : second.items()) {
            // An id that comes twice is left to the reader, who reports it.
            Integer place = places.remove(idOf(item));
            if (place == null) {
                items.add(item);
            } else {
                items.set(place, merge(items.get(place), item));
            }
        }
        return new YamlNode.Sequence(second.location(), items);
    }

    private static boolean haveIds(YamlNode.Sequence sequence) {
        return sequence.items().stream().allMatch(item -> idOf(item) != null);
    }

    private static @Nullable String idOf(YamlNode item) {
        YamlNode.Entry id = item instanceof YamlNode.Mapping mapping ? mapping.find(ID) : null;
        return id != null && id.value() instanceof YamlNode.Scalar scalar ? scalar.text() : null;
    }

    private static YamlNode.Entry with(YamlNode.Entry entry, YamlNode value) {
        return new YamlNode.Entry(entry.location(), entry.key(), value);
    }

    /** A small file must not stand for a huge one. */
    private void count(YamlNode node, Location location, String path) {
        boolean within = nodes <= YamlTree.MAX_NODES;
        nodes += sizeOf(node);
        if (within && nodes > YamlTree.MAX_NODES) {
            faults.report(
                    location,
                    path,
                    "must leave the file at " + YamlTree.MAX_NODES + " values at most when its blocks are written out",
                    null);
        }
    }

    private static int sizeOf(YamlNode node) {
        int size = 1;
        switch (node) {
            case YamlNode.Mapping mapping -> {
                for (YamlNode.Entry entry : mapping.entries()) {
                    size += sizeOf(entry.value());
                }
            }
            case YamlNode.Sequence sequence -> {
                for (YamlNode item : sequence.items()) {
                    size += sizeOf(item);
                }
            }
            case YamlNode.Scalar _ -> {}
        }
        return size;
    }
}
