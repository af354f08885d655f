package dev.tollgate.schemas.config;

import java.util.List;

/** A key that a role reads, or a family of keys, as data: the reader, the launcher's list and the documents use it. */
public sealed interface ConfigKey permits Setting, OpenKeys {
    /** The key, such as {@code sink.threads}; for a family its shape, such as {@code kafka.client.*}. */
    String name();

    /** Kafka's or Confluent's names of the same thing, which are read too; empty for none. */
    List<String> otherNames();

    /** What is allowed, short, such as {@code 1 to 64}; empty where the meaning says it. */
    String range();

    /** Whether a value must never be shown. */
    boolean secret();

    /** What the key does: the end of a table's row. */
    String doc();
}
