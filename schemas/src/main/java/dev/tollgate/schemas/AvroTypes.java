package dev.tollgate.schemas;

import org.apache.avro.util.ClassSecurityValidator;

/**
 * Makes the generated types usable: Avro 1.12 neither reads nor writes classes of packages that nobody vouched for.
 *
 * <p>The serdes of this module call {@link #trust()} themselves; code that uses Avro readers or writers directly calls
 * it once before. Thread-safe and idempotent.
 */
public final class AvroTypes {
    /** Package of all generated types, which is also the Avro namespace. */
    public static final String PACKAGE = "dev.tollgate.schemas.avro";

    static {
        // Added to whatever the application trusts already; a service may have set a validator of its own.
        ClassSecurityValidator.setGlobal(ClassSecurityValidator.composite(
                ClassSecurityValidator.getGlobal(),
                type -> type.getPackageName().equals(PACKAGE)));
    }

    private AvroTypes() {}

    /** Trusts the generated package in this JVM; the work is done once, when this class is loaded. */
    public static void trust() {}
}
