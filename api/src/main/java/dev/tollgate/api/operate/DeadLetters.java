package dev.tollgate.api.operate;

import dev.tollgate.api.list.Column;
import dev.tollgate.api.list.Listing;
import dev.tollgate.api.list.SortKey;
import dev.tollgate.api.parameter.Dimension;
import dev.tollgate.api.parameter.Dimensions;

/** Records that were rejected, the newest first, with what they held. */
public final class DeadLetters {
    /** Up to here a key or value is shown, so that a page stays small; its size says whether it is cut off. */
    private static final int MAX_SHOWN_BYTES = 4 << 10;

    /** The list. */
    public static final Listing LISTING = Listing.of("dead-letters", "dead_letter")
            .sourceWithoutDuplicates()
            .time("recorded_at")
            .descending(
                    SortKey.time("recorded_at"),
                    SortKey.text("record_topic_id"),
                    SortKey.number("record_partition"),
                    SortKey.number("record_offset"))
            .filters(Dimensions.of(
                    Dimension.of("account", "account_id"),
                    Dimension.of("reason", "reason"),
                    Dimension.of("event", "event_id"),
                    Dimension.of("topic", "source_topic")))
            .columns(
                    Column.text("reason", "reason"),
                    Column.text("detail", "detail"),
                    Column.optional("account", "account_id"),
                    Column.optional("event_id", "event_id"),
                    Column.text("source_topic", "source_topic"),
                    Column.number("source_partition", "source_partition"),
                    Column.number("source_offset", "source_offset"),
                    Column.time("appended_at", "appended_at"),
                    Column.time("rejected_at", "rejected_at"),
                    Column.time("recorded_at", "recorded_at"),
                    Column.number("key_bytes", "length(key)"),
                    asText("key_text", "key"),
                    asBase64("key_base64", "key"),
                    Column.number("value_bytes", "length(value)"),
                    asText("value_text", "value"),
                    asBase64("value_base64", "value"));

    private DeadLetters() {}

    private static Column asText(String name, String column) {
        return Column.optional(name, "if(" + isText(column) + ", ifNull(" + column + ", ''), '')");
    }

    private static Column asBase64(String name, String column) {
        return Column.optional(
                name,
                "if(" + isText(column) + ", '', base64Encode(substring(ifNull(" + column + ", ''), 1, "
                        + MAX_SHOWN_BYTES + ")))");
    }

    private static String isText(String column) {
        return "isValidUTF8(ifNull(" + column + ", '')) AND length(ifNull(" + column + ", '')) <= " + MAX_SHOWN_BYTES;
    }
}
