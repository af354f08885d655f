package dev.tollgate.notify.internal.alert;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Alerts as the body of {@code POST /api/v2/alerts}. Thread-safe. */
public final class AlertBody {
    private static final JsonFactory FACTORY = new JsonFactory();

    private final @Nullable GeneratorUrl generatorUrl;

    /** @param generatorUrl where people find more of an alert; null for nowhere */
    public AlertBody(@Nullable GeneratorUrl generatorUrl) {
        this.generatorUrl = generatorUrl;
    }

    /** The same alerts give the same bytes. */
    public byte[] bytes(List<AlertPost> posts) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512 * Math.max(1, posts.size()));
        try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
            json.writeStartArray();
            for (AlertPost post : posts) {
                json.writeStartObject();
                write(json, "labels", post.labels());
                write(json, "annotations", post.annotations());
                json.writeStringField("startsAt", post.startsAt().toString());
                json.writeStringField("endsAt", post.endsAt().toString());
                if (generatorUrl != null) {
                    json.writeStringField("generatorURL", generatorUrl.of(post.labels()));
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void write(JsonGenerator json, String name, Map<String, String> texts) throws IOException {
        json.writeObjectFieldStart(name);
        for (Map.Entry<String, String> text : texts.entrySet()) {
            json.writeStringField(text.getKey(), text.getValue());
        }
        json.writeEndObject();
    }
}
