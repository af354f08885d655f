package dev.tollgate.embedded.artifact;

/**
 * One version of a piece of software, as a gzipped tar archive that is known to the byte.
 *
 * @param name for people, with its version
 * @param folder the name of its folder in the cache, with its version
 * @param sha512 of the archive, in lower-case hexadecimal
 * @param archiveBytes the length of the archive
 * @param root the folder inside the archive that is unpacked, ending in a slash, or empty for all of it
 */
public record Artifact(String name, String folder, String sha512, long archiveBytes, String root) {
    public Artifact {
        if (!sha512.matches("[0-9a-f]{128}")) {
            throw new IllegalArgumentException("sha512 must be 128 lower-case hexadecimal digits, was " + sha512);
        }
        if (archiveBytes <= 0) {
            throw new IllegalArgumentException("archiveBytes must be > 0, was " + archiveBytes);
        }
        if (!(root.isEmpty() || root.endsWith("/"))) {
            throw new IllegalArgumentException("root must be empty or end in a slash, was " + root);
        }
    }
}
