package dev.tollgate.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.notify.internal.alert.GeneratorUrl;
import dev.tollgate.notify.internal.body.MessageFormat;
import dev.tollgate.notify.internal.body.PagerDutyBody;
import dev.tollgate.notify.internal.lane.RetryTable;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.config.InvalidSettingsException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NotifyConfigTest {
    private static final String ROUTING_KEY = "R0123456789abcdef0123456789abcde";
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    @Test
    void givenTheLeast_whenRead_thenTheDefaultsHold() {
        NotifyConfig config = NotifyConfig.from(
                with("notify.endpoint.ops.url", "https://example.org/h", "notify.endpoint.ops.secrets", SECRET));

        Endpoint endpoint = config.endpoints().getFirst();
        assertThat(config.endpoints()).hasSize(1);
        assertThat(endpoint.name()).isEqualTo("ops");
        assertThat(endpoint.group()).isEqualTo("tollgate-notify-ops");
        assertThat(endpoint.url()).hasToString("https://example.org/h");
        assertThat(endpoint.filter()).isEqualTo(new EventFilter(Set.of(), Set.of(), List.of(), Set.of(), Set.of()));
        assertThat(endpoint.format()).isEqualTo(MessageFormat.WEBHOOK);
        assertThat(endpoint.fromBeginning()).isFalse();
        assertThat(endpoint.kind()).isEqualTo(EndpointKind.WEBHOOK);
        assertThat(config.resendInterval()).isEqualTo(Duration.ofMinutes(1));
        assertThat(config.generatorUrl()).isNull();
        assertThat(config.lanePolicy(endpoint).dropSuperseded()).isFalse();
        assertThat(config.lanePolicy(endpoint).retries()).isEqualTo(RetryTable.STANDARD);
        assertThat(config.lanePolicy(endpoint).maxAge()).isEqualTo(Duration.ofDays(3));
        assertThat(config.lanePolicy(endpoint).parallel()).isEqualTo(16);
        assertThat(config.lanePolicy(endpoint).maxPending()).isEqualTo(10_000);
        assertThat(config.requestTimeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(config.source()).isEqualTo("tollgate");
        assertThat(config.addresses().allowed()).isEmpty();
        assertThat(config.consumerProperties(endpoint)).doesNotContainKey("group.instance.id");
        assertThat(config.producerProperties(endpoint, "random"))
                .containsEntry("transactional.id", "tollgate-notify-ops-random");
    }

    @Test
    void givenEveryKey_whenRead_thenEachIsWhereItBelongs() throws Exception {
        NotifyConfig config = NotifyConfig.from(with(
                "notify.endpoint.ops.url", "http://hooks.example.org:8080/a?b=c",
                "notify.endpoint.ops.secrets", SECRET + ", " + SECRET,
                "notify.endpoint.ops.filter.kinds", "hard-limit-reached,LIMIT_CLEARED",
                "notify.endpoint.ops.filter.plans", "pro,team",
                "notify.endpoint.ops.filter.accounts", "acme,eu-*",
                "notify.endpoint.ops.filter.limits", "day",
                "notify.endpoint.ops.filter.thresholds", "80,95.5",
                "notify.endpoint.ops.format", "cloudevents",
                "notify.endpoint.ops.superseded", "drop",
                "notify.endpoint.ops.from", "beginning",
                "notify.retry.waits", "1s,2m",
                "notify.max-age", "12h",
                "notify.request-timeout", "15s",
                "notify.parallel", "3",
                "notify.max-pending", "50",
                "notify.allowed-networks", "10.0.0.0/8",
                "notify.instance-id", "pod-1",
                "notify.cloudevents-source", "/eu"));

        Endpoint endpoint = config.endpoints().getFirst();
        assertThat(endpoint.secrets()).hasSize(2);
        assertThat(endpoint.filter())
                .isEqualTo(new EventFilter(
                        Set.of(LimitEventKind.HARD_LIMIT_REACHED, LimitEventKind.LIMIT_CLEARED),
                        Set.of("pro", "team"),
                        List.of("acme", "eu-*"),
                        Set.of("day"),
                        Set.of(8_000, 9_550)));
        assertThat(endpoint.format()).isEqualTo(MessageFormat.CLOUDEVENTS);
        assertThat(endpoint.fromBeginning()).isTrue();
        assertThat(config.lanePolicy(endpoint).dropSuperseded()).isTrue();
        assertThat(config.lanePolicy(endpoint).retries().waits())
                .containsExactly(Duration.ofSeconds(1), Duration.ofMinutes(2));
        assertThat(config.lanePolicy(endpoint).maxAge()).isEqualTo(Duration.ofHours(12));
        assertThat(config.lanePolicy(endpoint).parallel()).isEqualTo(3);
        assertThat(config.lanePolicy(endpoint).maxPending()).isEqualTo(50);
        assertThat(config.parallel()).isEqualTo(3);
        assertThat(config.requestTimeout()).isEqualTo(Duration.ofSeconds(15));
        assertThat(config.addresses().allows(InetAddress.getByName("10.7.7.7"))).isTrue();
        assertThat(config.source()).isEqualTo("/eu");
        assertThat(config.consumerProperties(endpoint))
                .containsEntry("group.instance.id", "tollgate-notify-ops-pod-1")
                .containsEntry("isolation.level", "read_committed")
                .containsEntry("auto.offset.reset", "none");
        assertThat(config.producerProperties(endpoint, "random"))
                .containsEntry("transactional.id", "tollgate-notify-ops-pod-1");
        assertThat(config.toString()).doesNotContain("MfKQ").contains("****");
    }

    @Test
    void givenManyMistakes_whenRead_thenAllAreToldAndNoSecretIsShown() {
        assertThatThrownBy(() -> NotifyConfig.from(with(
                        "notify.endpoint.Ops.url", "https://example.org",
                        "notify.endpoint.a.url", "ftp://example.org",
                        "notify.endpoint.a.secrets", "hunter2",
                        "notify.endpoint.b.filter.kinds", "HARD",
                        "notify.endpoint.b.filter.thresholds", "101,x,0.001",
                        "notify.endpoint.b.filter.accounts", ",",
                        "notify.endpoint.c.url", "https://user:pass@example.org/",
                        "notify.endpoint.c.format", "xml",
                        "notify.retry.waits", "soon",
                        "notify.request-timeout", "2m",
                        "notify.allowed-networks", "localhost",
                        "notify.endpoint.d.uri", "https://example.org",
                        "kafka.client.group.id", "mine")))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("notify.endpoint.Ops.* must have up to 40 lower-case letters")
                .hasMessageContaining("notify.endpoint.a.url must be a URL such as")
                .hasMessageContaining("notify.endpoint.a.secrets: a secret must begin with whsec_")
                .hasMessageContaining("notify.endpoint.b.url is missing")
                .hasMessageContaining("notify.endpoint.b.secrets is missing: make one with")
                .hasMessageContaining("was 'HARD'")
                .hasMessageContaining("was '101'")
                .hasMessageContaining("was 'x'")
                .hasMessageContaining("was '0.001'")
                .hasMessageContaining("notify.endpoint.b.filter.accounts must name at least one")
                .hasMessageContaining("notify.endpoint.c.url must be a URL")
                .hasMessageContaining("notify.endpoint.c.format must be one of webhook, cloudevents, slack, pagerduty")
                .hasMessageContaining("notify.retry.waits must be")
                .hasMessageContaining("notify.request-timeout must be")
                .hasMessageContaining("notify.allowed-networks must be an address or a range")
                .hasMessageContaining("notify.endpoint.d.uri is unknown; did you mean notify.endpoint.d.url?")
                .hasMessageContaining("kafka.client.group.id cannot be set")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2", "pass@"));
    }

    @Test
    void givenAnAlertmanager_whenRead_thenItNeedsNoSecretAndItsPathIsKnown() {
        NotifyConfig config = NotifyConfig.from(with(
                "notify.endpoint.am.kind", "alertmanager",
                "notify.endpoint.am.url", "http://10.0.0.7:9093",
                "notify.endpoint.am.filter.kinds", "hard-limit-reached,SUSPENDED",
                "notify.endpoint.am.filter.limits", "day",
                "notify.endpoint.prefixed.kind", "alertmanager",
                "notify.endpoint.prefixed.url", "https://mon.example.org/alertmanager/",
                "notify.endpoint.whole.kind", "alertmanager",
                "notify.endpoint.whole.url", "https://mon.example.org/api/v2/alerts",
                "notify.alertmanager.resend-interval", "30s",
                "notify.alertmanager.generator-url", "https://u.example.org/{account}"));

        assertThat(config.endpoints())
                .extracting(endpoint -> endpoint.alertsUrl().toString())
                .containsExactly(
                        "http://10.0.0.7:9093/api/v2/alerts",
                        "https://mon.example.org/alertmanager/api/v2/alerts",
                        "https://mon.example.org/api/v2/alerts");
        Endpoint endpoint = config.endpoints().getFirst();
        assertThat(endpoint.kind()).isEqualTo(EndpointKind.ALERTMANAGER);
        assertThat(endpoint.shownFormat()).isEqualTo("alertmanager");
        assertThat(endpoint.filter().kinds())
                .containsExactlyInAnyOrder(LimitEventKind.HARD_LIMIT_REACHED, LimitEventKind.SUSPENDED);
        assertThat(endpoint.filter().limits()).containsExactly("day");
        assertThat(config.resendInterval()).isEqualTo(Duration.ofSeconds(30));
        assertThat(config.generatorUrl()).isEqualTo(GeneratorUrl.parse("https://u.example.org/{account}"));
    }

    @Test
    void givenWebhookKeysOfAnAlertmanager_whenRead_thenEachIsAProblem() {
        assertThatThrownBy(() -> NotifyConfig.from(with(
                        "notify.endpoint.am.kind", "alertmanager",
                        "notify.endpoint.am.url", "http://10.0.0.7:9093",
                        "notify.endpoint.am.secrets", SECRET,
                        "notify.endpoint.am.format", "webhook",
                        "notify.endpoint.am.superseded", "drop",
                        "notify.endpoint.am.from", "now",
                        "notify.endpoint.am.filter.kinds", "PLAN_CHANGED",
                        "notify.endpoint.b.kind", "pager",
                        "notify.alertmanager.resend-interval", "1h",
                        "notify.alertmanager.generator-url", "https://u.example.org/{who}")))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("notify.endpoint.am.secrets is for webhooks")
                .hasMessageContaining("notify.endpoint.am.format is for webhooks")
                .hasMessageContaining("notify.endpoint.am.superseded is for webhooks")
                .hasMessageContaining("notify.endpoint.am.from is for webhooks")
                .hasMessageContaining(
                        "must be of SOFT_LIMIT_REACHED, HARD_LIMIT_REACHED, ADVISORY_LIMIT_REACHED, SUSPENDED, was"
                                + " 'PLAN_CHANGED'")
                .hasMessageContaining("notify.endpoint.b.kind must be one of webhook, alertmanager")
                .hasMessageContaining("notify.alertmanager.resend-interval must be")
                .hasMessageContaining("notify.alertmanager.generator-url must be a URL such as")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("MfKQ"));
    }

    @Test
    void givenSlackAndPagerDuty_whenRead_thenNeitherNeedsASecretAndPagerDutyGetsWhatBeginsAndEnds() {
        NotifyConfig config = NotifyConfig.from(with(
                "notify.endpoint.chat.url", "https://hooks.slack.com/services/T0/B0/secret",
                "notify.endpoint.chat.format", "slack",
                "notify.endpoint.pager.url", "https://events.pagerduty.com/v2/enqueue",
                "notify.endpoint.pager.format", "pagerduty",
                "notify.endpoint.pager.routing-key", ROUTING_KEY));

        Endpoint chat = config.endpoints().getFirst();
        Endpoint pager = config.endpoints().getLast();
        assertThat(chat.format()).isEqualTo(MessageFormat.SLACK);
        assertThat(chat.signer()).isNull();
        assertThat(chat.filter().kinds()).isEmpty();
        assertThat(pager.signer()).isNull();
        assertThat(pager.routingKey()).isEqualTo(ROUTING_KEY);
        assertThat(pager.filter().kinds()).isEqualTo(PagerDutyBody.KINDS);
        assertThat(config.toString() + config.endpoints())
                .contains("https://hooks.slack.com/****")
                .doesNotContain(ROUTING_KEY, "T0/B0");
    }

    @Test
    void givenKeysThatAFormatHasNoUseFor_whenRead_thenEachIsAProblem() {
        assertThatThrownBy(() -> NotifyConfig.from(with(
                        "notify.endpoint.a.url", "https://hooks.slack.com/services/T0/B0/x",
                        "notify.endpoint.a.format", "slack",
                        "notify.endpoint.a.secrets", SECRET,
                        "notify.endpoint.a.routing-key", ROUTING_KEY,
                        "notify.endpoint.b.url", "https://events.pagerduty.com/v2/enqueue",
                        "notify.endpoint.b.format", "pagerduty",
                        "notify.endpoint.b.filter.kinds", "PLAN_CHANGED",
                        "notify.endpoint.c.url", "https://events.pagerduty.com/v2/enqueue",
                        "notify.endpoint.c.format", "pagerduty",
                        "notify.endpoint.c.routing-key", "hunter2")))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("notify.endpoint.a.secrets signs nothing: messages of format slack")
                .hasMessageContaining("notify.endpoint.a.routing-key is for the format pagerduty")
                .hasMessageContaining("notify.endpoint.b.routing-key is missing")
                .hasMessageContaining("LIMIT_CLEARED, SUSPENDED, REINSTATED, was 'PLAN_CHANGED'")
                .hasMessageContaining("notify.endpoint.c.routing-key must be 32 letters and digits")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("hunter2", "MfKQ", ROUTING_KEY));
    }

    @Test
    void givenNoEndpoint_whenRead_thenThereIsNothingToDo() {
        assertThat(NotifyConfig.from(with()).endpoints()).isEmpty();
    }

    private static Map<String, String> with(String... changes) {
        Map<String, String> values = new HashMap<>(
                Map.of("kafka.bootstrap-servers", "localhost:9092", "registry.url", "http://localhost:8081"));
        for (int i = 0; i < changes.length; i += 2) {
            values.put(changes[i], changes[i + 1]);
        }
        return values;
    }
}
