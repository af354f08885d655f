package dev.tollgate.sink.internal.table;

import dev.tollgate.schemas.topic.Topic;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** Every table that the sink writes. */
public final class TableMappings {
    /** All of them; each topic has one. */
    public static final List<TableMapping<?>> ALL = List.of(
            new JournalMapping(),
            new TotalMapping(),
            new LimitEventMapping(),
            new StateMapping(),
            new DeadLetterMapping(),
            new PlanMapping());

    private TableMappings() {}

    /**
     * The mapping of a topic, whose values are of the given type.
     *
     * @throws IllegalArgumentException if there is none
     */
    @SuppressWarnings("unchecked") // The type was compared.
    public static <T extends SpecificRecord> TableMapping<T> of(Topic topic, Class<T> type) {
        for (TableMapping<?> mapping : ALL) {
            if (mapping.topic() == topic && mapping.type() == type) {
                return (TableMapping<T>) mapping;
            }
        }
        throw new IllegalArgumentException(topic + " has no table of " + type.getName());
    }
}
