package dev.tollgate.sink.internal.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.sql.Migrations;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class TableMappingsTest {
    private static final String MIGRATIONS = Migrations.bundled().files().stream()
            .flatMap(migration -> migration.statements().stream())
            .collect(Collectors.joining("\n"));

    @Test
    void givenTuples_whenComparedWithTheMigrations_thenTheirElementsHaveTheSameOrder() {
        // An insert names columns, but not the elements of a tuple: nothing else would notice two that changed places.
        assertThat(StateMapping.BUCKET.names()).isEqualTo(elementsOf("buckets"));
        assertThat(PlanMapping.LIMIT.names()).isEqualTo(elementsOf("limits"));
    }

    @Test
    void givenEveryMapping_whenItsColumnsAreListed_thenNoneIsThereTwiceAndItsPartitionIsOneOfThem() {
        for (TableMapping<?> mapping : TableMappings.ALL) {
            assertThat(mapping.columns()).as(mapping.table()).doesNotHaveDuplicates();
            if (mapping.partitionTime() != null) {
                assertThat(mapping.columns()).as(mapping.table()).contains(mapping.partitionTime());
            }
        }
    }

    private static List<String> elementsOf(String column) {
        Matcher tuple = Pattern.compile("\\b" + column + " Array\\(Tuple\\((.*?)\\)\\)+ +COMMENT", Pattern.DOTALL)
                .matcher(MIGRATIONS);
        assertThat(tuple.find()).isTrue();
        List<String> elements = new ArrayList<>();
        Matcher element = Pattern.compile("(?m)^\\s*(\\w+) +[A-Z]").matcher(tuple.group(1));
        while (element.find()) {
            elements.add(element.group(1));
        }
        assertThat(tuple.find()).as("a second definition of " + column).isFalse();
        return elements;
    }
}
