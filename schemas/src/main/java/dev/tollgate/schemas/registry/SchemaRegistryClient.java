package dev.tollgate.schemas.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.schemas.SchemaText;
import dev.tollgate.schemas.retry.Backoff;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Speaks Confluent's registry API: {@code POST /subjects/S/versions} to register, {@code POST /subjects/S} to look up,
 * {@code GET /schemas/ids/N} to read.
 *
 * <p>Answers are remembered for the life of the client, since an id never changes its schema; a rejection is not
 * remembered, since the schema may be registered later. Connection failures and HTTP 5xx are tried on each URL and
 * {@value #ATTEMPTS} times in all before {@link RegistryUnavailableException}. Thread-safe; share one per process and
 * registry.
 */
public final class SchemaRegistryClient {
    private static final Logger LOG = LoggerFactory.getLogger(SchemaRegistryClient.class);
    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final int ATTEMPTS = 4;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final RegistryConfig config;
    private final HttpClient http;
    private final Map<Integer, Schema> schemasById = new ConcurrentHashMap<>();
    private final Map<SubjectSchema, Integer> idsBySchema = new ConcurrentHashMap<>();

    public SchemaRegistryClient(RegistryConfig config) {
        this.config = config;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(config.requestTimeout())
                .build();
    }

    /**
     * Registers a schema under a subject, or finds it there.
     *
     * @return the schema's id
     * @throws RegistryRejection if the schema is incompatible with the subject's versions, or the caller may not write
     * @throws RegistryUnavailableException if no registry answered
     */
    public int register(String subject, Schema schema) throws RegistryRejection {
        return idOf(subject, schema, "/versions", true);
    }

    /**
     * Looks up a schema that must be there already.
     *
     * @return the schema's id
     * @throws RegistryRejection if the subject or the schema in it is unknown
     * @throws RegistryUnavailableException if no registry answered
     */
    public int lookUp(String subject, Schema schema) throws RegistryRejection {
        return idOf(subject, schema, "", false);
    }

    /** Id and schema of the newest version of a subject; not remembered, as it changes. */
    public RegisteredSchema latest(String subject) throws RegistryRejection {
        JsonNode answer = call("GET", "/subjects/" + encode(subject) + "/versions/latest", null);
        int id = answer.path("id").asInt();
        Schema schema = parse(answer);
        schemasById.putIfAbsent(id, schema);
        return new RegisteredSchema(id, schema);
    }

    /**
     * The schema with an id.
     *
     * @throws RegistryRejection with code 40403 if no schema has it
     * @throws RegistryUnavailableException if no registry answered
     */
    public Schema schemaById(int id, String subject) throws RegistryRejection {
        Schema known = schemasById.get(id);
        if (known != null) {
            return known;
        }
        Schema schema = parse(call("GET", "/schemas/ids/" + id + "?subject=" + encode(subject), null));
        schemasById.put(id, schema);
        return schema;
    }

    /**
     * Sets the compatibility level of a subject, for example {@code FULL_TRANSITIVE}.
     *
     * @throws RegistryRejection if the registry does not take the level
     */
    public void setCompatibility(String subject, String level) throws RegistryRejection {
        ObjectNode body = JSON.createObjectNode().put("compatibility", level);
        call("PUT", "/config/" + encode(subject), body);
    }

    private int idOf(String subject, Schema schema, String path, boolean writes) throws RegistryRejection {
        SubjectSchema key = new SubjectSchema(subject, schema, writes);
        Integer known = idsBySchema.get(key);
        if (known != null) {
            return known;
        }
        ObjectNode body = JSON.createObjectNode().put("schema", SchemaText.canonical(schema));
        int id = call("POST", "/subjects/" + encode(subject) + path, body)
                .path("id")
                .asInt();
        idsBySchema.put(key, id);
        return id;
    }

    private static Schema parse(JsonNode answer) {
        return new Schema.Parser().parse(answer.path("schema").asText());
    }

    private JsonNode call(String method, String path, @org.jspecify.annotations.Nullable ObjectNode body)
            throws RegistryRejection {
        IOException failure = new IOException("not tried");
        Backoff backoff = Backoff.between(FIRST_PAUSE, LONGEST_PAUSE);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            for (URI url : config.urls()) {
                try {
                    HttpResponse<String> response = http.send(
                            request(method, url + path, body),
                            HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
                    if (response.statusCode() < 300) {
                        return JSON.readTree(response.body());
                    }
                    if (response.statusCode() < 500 && response.statusCode() != 408 && response.statusCode() != 429) {
                        throw rejection(response, method, path);
                    }
                    failure = new IOException("HTTP " + response.statusCode() + " from " + url);
                } catch (IOException e) {
                    failure = e;
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new RegistryUnavailableException("interrupted while asking the schema registry", e);
                }
            }
            if (attempt < ATTEMPTS - 1) {
                LOG.debug("schema registry did not answer, attempt={} path={}", attempt + 1, path, failure);
                pause(backoff.next());
            }
        }
        throw new RegistryUnavailableException(
                "schema registry at " + config.urls() + " did not answer " + method + " " + path + " in " + ATTEMPTS
                        + " attempts: " + failure,
                failure);
    }

    private HttpRequest request(String method, String uri, @org.jspecify.annotations.Nullable ObjectNode body) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create(uri))
                .timeout(config.requestTimeout())
                .header("Accept", CONTENT_TYPE + ", application/json");
        if (config.userInfo() != null) {
            String token = Base64.getEncoder().encodeToString(config.userInfo().getBytes(StandardCharsets.UTF_8));
            builder.header("Authorization", "Basic " + token);
        }
        if (body == null) {
            return builder.method(method, HttpRequest.BodyPublishers.noBody()).build();
        }
        return builder.header("Content-Type", CONTENT_TYPE)
                .method(method, HttpRequest.BodyPublishers.ofString(body.toString(), StandardCharsets.UTF_8))
                .build();
    }

    private static RegistryRejection rejection(HttpResponse<String> response, String method, String path) {
        int code = response.statusCode();
        String message = method + " " + path;
        try {
            JsonNode error = JSON.readTree(response.body());
            code = error.path("error_code").asInt(code);
            message = error.path("message").asText(message);
        } catch (JsonProcessingException e) {
            LOG.debug("schema registry answered with something other than JSON, path={}", path, e);
        }
        return new RegistryRejection(response.statusCode(), code, message);
    }

    private static void pause(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryUnavailableException("interrupted while asking the schema registry", e);
        }
    }

    private static String encode(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The URLs that this client asks. */
    public List<URI> urls() {
        return config.urls();
    }

    private record SubjectSchema(String subject, Schema schema, boolean writes) {}
}
