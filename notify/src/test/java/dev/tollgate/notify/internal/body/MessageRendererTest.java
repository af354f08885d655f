package dev.tollgate.notify.internal.body;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Scope;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MessageRendererTest {
    private static final String ROUTING_KEY = "R0123456789abcdef0123456789abcde";
    private static final Instant DECIDED = Instant.parse("2026-05-04T10:00:00.123Z");

    @Test
    void givenABlock_whenRenderedAsAWebhook_thenItHasTypeTimeAndTheFieldsOfTheContract() {
        Message message = new MessageRenderer(MessageFormat.WEBHOOK, "tollgate", "").render(event());

        assertThat(text(message)).isEqualTo("""
            {"type":"tollgate.limit.hard_reached","timestamp":"2026-05-04T10:00:00.123Z","data":{\
            "limit_event_id":"6f1c0d7e-0000-8000-8000-000000000001","account_id":"acmé","kind":"HARD_LIMIT_REACHED",\
            "limit_id":"day","meter_id":"requests","mode":"ENFORCE","scope":"ACCOUNT","scope_key":"",\
            "window_start":"2026-05-04T00:00:00Z","window_end":"2026-05-05T00:00:00Z","threshold_basis_points":null,\
            "threshold_kind":null,"used":1001,"amount":1000,"overshoot":1,"plan_id":"pro","plan_version":3,\
            "crossing_event_id":null,"crossing_topic":null,"crossing_partition":null,"crossing_offset":null,\
            "event_time":"2026-05-04T09:59:59Z","decided_at":"2026-05-04T10:00:00.123Z","version":42,\
            "blocked_until":"2026-05-05T00:00:00Z","cause":null,"cleared_event_id":null,"correction_id":null,\
            "reason":"as \\"agreed\\"","calendar":null}}\
            """);
        assertThat(message.id()).isEqualTo("6f1c0d7e-0000-8000-8000-000000000001");
        assertThat(message.headers())
                .containsEntry("content-type", "application/json")
                .containsEntry("tollgate-account-sequence", "42")
                .hasSize(2);
    }

    @Test
    void givenABlock_whenRenderedAsACloudEvent_thenTheAttributesAreHeaders() throws Exception {
        Message message = new MessageRenderer(MessageFormat.CLOUDEVENTS, "/tollgate/eu", "").render(event());

        JsonNode body = new ObjectMapper().readTree(message.body());
        assertThat(body.get("kind").asText()).isEqualTo("HARD_LIMIT_REACHED");
        assertThat(message.headers())
                .containsEntry("ce-specversion", "1.0")
                .containsEntry("ce-id", "6f1c0d7e-0000-8000-8000-000000000001")
                .containsEntry("ce-source", "/tollgate/eu")
                .containsEntry("ce-type", "tollgate.limit.hard_reached")
                .containsEntry("ce-subject", "acm%C3%A9")
                .containsEntry("ce-time", "2026-05-04T10:00:00.123Z")
                .containsEntry("ce-sequence", "42")
                .containsEntry("tollgate-account-sequence", "42");
    }

    @Test
    void givenTheSameEvent_whenRenderedTwice_thenTheBytesAreTheSame() {
        assertThat(new MessageRenderer(MessageFormat.WEBHOOK, "a", "")
                        .render(event())
                        .body())
                .isEqualTo(new MessageRenderer(MessageFormat.WEBHOOK, "b", "")
                        .render(event())
                        .body());
    }

    @Test
    void givenAReasonWithoutEnd_whenTheBodyWouldBeTooLarge_thenTheReasonIsLeftOut() throws Exception {
        LimitEvent event = event();
        event.setReason("x".repeat(30_000));

        byte[] body = new MessageRenderer(MessageFormat.WEBHOOK, "tollgate", "")
                .render(event)
                .body();

        assertThat(body.length).isLessThan(MessageRenderer.MAX_BODY_BYTES);
        JsonNode data = new ObjectMapper().readTree(body).get("data");
        assertThat(data.get("reason").isNull()).isTrue();
        assertThat(data.get("version").asLong()).isEqualTo(42);
    }

    @Test
    void givenATest_whenRendered_thenItSaysSo() {
        Message message = new MessageRenderer(MessageFormat.WEBHOOK, "tollgate", "").test("test-1", "ops", DECIDED);

        assertThat(text(message))
                .isEqualTo("{\"type\":\"tollgate.test\",\"timestamp\":\"2026-05-04T10:00:00.123Z\","
                        + "\"data\":{\"endpoint\":\"ops\"}}");
    }

    @Test
    void givenABlock_whenRenderedForSlack_thenItIsASentenceAndNothingInItIsMarkup() {
        LimitEvent event = event();
        event.setAccountId("a<!channel>&b");

        Message message = new MessageRenderer(MessageFormat.SLACK, "tollgate", "").render(event);

        assertThat(text(message)).isEqualTo("""
            {"text":"a&lt;!channel&gt;&amp;b is blocked: it has reached the limit day of plan pro version 3, \
            1,001 of 1,000 requests, until 2026-05-05T00:00:00Z. Reason: as \\"agreed\\"","mrkdwn":false}\
            """);
        event.setReason("x".repeat(30_000));
        assertThat(text(new MessageRenderer(MessageFormat.SLACK, "tollgate", "").render(event)))
                .hasSizeLessThan(300)
                .doesNotContain("Reason");
    }

    @ParameterizedTest
    @EnumSource(LimitEventKind.class)
    void everyKindIsASentenceOfItsOwn(LimitEventKind kind) {
        Set<String> others = new HashSet<>();
        LimitEvent event = event();
        for (LimitEventKind other : LimitEventKind.values()) {
            event.setKind(other);
            if (other != kind) {
                others.add(EventSentence.of(event, true));
            }
        }
        event.setKind(kind);

        assertThat(EventSentence.of(event, true))
                .startsWith("acmé ")
                .endsWith(". Reason: as \"agreed\"")
                .doesNotContain("null", "_")
                .isNotIn(others);
    }

    @Test
    void givenABlockAndItsEnd_whenRenderedForPagerDuty_thenTheEndResolvesWhatTheBlockTriggered() throws Exception {
        MessageRenderer renderer = new MessageRenderer(MessageFormat.PAGERDUTY, "tollgate", ROUTING_KEY);
        JsonNode block = new ObjectMapper().readTree(renderer.render(event()).body());
        LimitEvent cleared = event();
        cleared.setLimitEventId("another");
        cleared.setKind(LimitEventKind.LIMIT_CLEARED);
        cleared.setClearedEventId(event().getLimitEventId());
        JsonNode end = new ObjectMapper().readTree(renderer.render(cleared).body());

        assertThat(block.path("routing_key").asText()).isEqualTo(ROUTING_KEY);
        assertThat(block.path("event_action").asText()).isEqualTo("trigger");
        assertThat(block.path("dedup_key").asText()).isEqualTo(event().getLimitEventId());
        assertThat(block.at("/payload/summary").asText()).startsWith("acmé is blocked: it has reached the limit day");
        assertThat(block.at("/payload/source").asText()).isEqualTo("tollgate");
        assertThat(block.at("/payload/severity").asText()).isEqualTo("error");
        assertThat(block.at("/payload/timestamp").asText()).isEqualTo("2026-05-04T10:00:00.123Z");
        assertThat(block.at("/payload/component").asText()).isEqualTo("acmé");
        assertThat(block.at("/payload/custom_details/version").asLong()).isEqualTo(42);
        assertThat(end.path("event_action").asText()).isEqualTo("resolve");
        assertThat(end.path("dedup_key")).isEqualTo(block.path("dedup_key"));
        assertThat(end.has("payload")).isFalse();
    }

    @Test
    void givenASuspensionAndItsEnd_whenRenderedForPagerDuty_thenTheyShareAKey() throws Exception {
        MessageRenderer renderer = new MessageRenderer(MessageFormat.PAGERDUTY, "tollgate", ROUTING_KEY);
        LimitEvent event = event();
        event.setKind(LimitEventKind.SUSPENDED);
        JsonNode suspended = new ObjectMapper().readTree(renderer.render(event).body());
        event.setKind(LimitEventKind.REINSTATED);
        event.setLimitEventId("another");
        JsonNode reinstated = new ObjectMapper().readTree(renderer.render(event).body());

        assertThat(suspended.path("event_action").asText()).isEqualTo("trigger");
        assertThat(suspended.at("/payload/severity").asText()).isEqualTo("warning");
        assertThat(reinstated.path("event_action").asText()).isEqualTo("resolve");
        assertThat(reinstated.path("dedup_key")).isEqualTo(suspended.path("dedup_key"));
    }

    @ParameterizedTest
    @EnumSource(MessageFormat.class)
    void givenATest_whenRenderedInAnyFormat_thenItNamesTheEndpoint(MessageFormat format) throws Exception {
        Message message = new MessageRenderer(format, "tollgate", ROUTING_KEY).test("test-1", "ops", DECIDED);

        assertThat(new ObjectMapper().readTree(message.body()).toString()).contains("ops");
        assertThat(message.id()).isEqualTo("test-1");
    }

    @ParameterizedTest
    @EnumSource(LimitEventKind.class)
    void everyKindHasATypeOfItsOwn(LimitEventKind kind) {
        Set<String> others = new HashSet<>();
        for (LimitEventKind other : LimitEventKind.values()) {
            if (other != kind) {
                others.add(EventType.of(other));
            }
        }

        assertThat(EventType.of(kind)).matches("tollgate(\\.[a-z_]+)+").isNotIn(others);
    }

    private static String text(Message message) {
        return new String(message.body(), StandardCharsets.UTF_8);
    }

    private static LimitEvent event() {
        LimitEvent event = new LimitEvent();
        event.setLimitEventId("6f1c0d7e-0000-8000-8000-000000000001");
        event.setAccountId("acmé");
        event.setKind(LimitEventKind.HARD_LIMIT_REACHED);
        event.setLimitId("day");
        event.setMeterId("requests");
        event.setMode(Mode.ENFORCE);
        event.setScope(Scope.ACCOUNT);
        event.setScopeKey("");
        event.setWindowStart(Instant.parse("2026-05-04T00:00:00Z"));
        event.setWindowEnd(Instant.parse("2026-05-05T00:00:00Z"));
        event.setUsed(1_001L);
        event.setAmount(1_000L);
        event.setOvershoot(1L);
        event.setPlanId("pro");
        event.setPlanVersion(3);
        event.setEventTime(Instant.parse("2026-05-04T09:59:59Z"));
        event.setDecidedAt(DECIDED);
        event.setVersion(42);
        event.setBlockedUntil(Instant.parse("2026-05-05T00:00:00Z"));
        event.setReason("as \"agreed\"");
        return event;
    }
}
