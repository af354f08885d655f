package dev.tollgate.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The items of a list's answer as tests compare them. */
final class Items {
    private Items() {}

    /** Some fields of each item, as text with blanks between them. */
    static List<String> of(Reply reply, String... fields) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(200);
        List<String> items = new ArrayList<>();
        for (JsonNode item : reply.json().path("items")) {
            items.add(List.of(fields).stream()
                    .map(field -> text(item.path(field)))
                    .collect(Collectors.joining(" ")));
        }
        return items;
    }

    private static String text(JsonNode node) {
        return node.isValueNode() ? node.asText() : node.toString();
    }
}
