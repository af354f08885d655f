package dev.tollgate.faults.guarantee;

import dev.tollgate.faults.guarantee.Books.Appended;
import dev.tollgate.faults.guarantee.Books.Window;
import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.Verdict;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** All guarantees of a campaign. */
public final class Guarantees {
    private static final int SHOWN = 8;

    private Guarantees() {}

    private interface Check {
        List<String> violations(Evidence evidence) throws SQLException;
    }

    private record Named(String sentence, Check check) implements Guarantee {
        @Override
        public List<String> violations(Evidence evidence) throws SQLException {
            return check.violations(evidence);
        }
    }

    public static List<Guarantee> all() {
        return List.of(
                new Named("every accepted event is in the log", Guarantees::acceptedAreInTheLog),
                new Named("every record has exactly one verdict or dead letter, the right one", Guarantees::verdicts),
                new Named("totals are those of the recount", Guarantees::totals),
                new Named("the journal's costs add up to the recount's usage", Guarantees::usage),
                new Named("limit events are committed once, and versions grow", Guarantees::onceAndGrowing),
                new Named("limits are reached where the recount says so", Guarantees::crossings),
                new Named("alerts hold where the oracle says so", Guarantees::held),
                new Named("each suspension and reinstatement is told once", Guarantees::suspensions),
                new Named("ClickHouse has each journal entry once", Guarantees::clickHouseJournal),
                new Named("ClickHouse has each dead letter once", Guarantees::clickHouseDeadLetters),
                new Named("ClickHouse has each limit event once", Guarantees::clickHouseLimitEvents),
                new Named("ClickHouse's totals are those of the recount", Guarantees::clickHouseTotals),
                new Named("ClickHouse's rollups are the recount's usage", Guarantees::clickHouseUsage),
                new Named("ClickHouse has each record's row, up to the topics' last offsets", Guarantees::positions),
                new Named("gates agree with the committed state", Evidence::gates),
                new Named("no role ended by itself", Evidence::ended));
    }

    private static List<String> acceptedAreInTheLog(Evidence evidence) {
        Set<String> missing = new TreeSet<>(evidence.accepted());
        for (Appended appended : evidence.books().log().values()) {
            RequestEvent event = appended.event();
            if (event != null) {
                missing.remove(event.getAccountId() + " " + event.getEventId());
            }
        }
        return bounded(missing.stream().map(event -> "not in the log: " + event).toList());
    }

    private static List<String> verdicts(Evidence evidence) {
        Map<Position, List<String>> said = new TreeMap<>();
        for (UsageJournalEntry entry : evidence.books().journal()) {
            if (entry.getCorrectionId() == null) {
                Position position = new Position(entry.getSourcePartition(), entry.getSourceOffset());
                if (evidence.books().log().containsKey(position)) {
                    said.computeIfAbsent(position, any -> new ArrayList<>())
                            .add(entry.getVerdict().name());
                }
            }
        }
        for (DeadLetter letter : evidence.books().deadRequests()) {
            Position position = new Position(letter.getSourcePartition(), letter.getSourceOffset());
            said.computeIfAbsent(position, any -> new ArrayList<>()).add(Expectation.DEAD + letter.getReason());
        }
        Map<Position, List<String>> expected = new TreeMap<>();
        evidence.expectation().verdicts().forEach((position, verdict) -> expected.put(position, List.of(verdict)));
        return differences(expected, said);
    }

    private static List<String> totals(Evidence evidence) {
        Map<Window, Long> said = new HashMap<>();
        evidence.books().totals().forEach((window, total) -> {
            if (total.getUsed() != 0 && isOfTheRound(evidence, window.account())) {
                said.put(window, total.getUsed());
            }
        });
        return differences(evidence.expectation().totals(), said);
    }

    private static List<String> usage(Evidence evidence) {
        Map<String, Long> said = new HashMap<>();
        for (UsageJournalEntry entry : evidence.books().journal()) {
            if (entry.getVerdict() == Verdict.COUNTED
                    || entry.getVerdict() == Verdict.VOIDED
                    || entry.getVerdict() == Verdict.AMENDED) {
                entry.getCosts()
                        .forEach((meter, cost) -> said.merge(entry.getAccountId() + " " + meter, cost, Long::sum));
            }
        }
        said.keySet().removeIf(key -> !isOfTheRound(evidence, key));
        said.values().removeIf(used -> used == 0);
        return differences(evidence.expectation().usage(), said);
    }

    private static List<String> onceAndGrowing(Evidence evidence) {
        return bounded(evidence.books().irregularities());
    }

    private static List<String> crossings(Evidence evidence) {
        Map<String, String> said = new HashMap<>();
        for (LimitEvent event : evidence.books().limitEvents()) {
            if (isReached(event)
                    && isOfTheRound(evidence, event.getAccountId())
                    && !evidence.expectation().held().containsKey(event.getAccountId())) {
                Instant start = event.getWindowStart();
                Instant until = event.getBlockedUntil();
                said.merge(
                        Expectation.crossing(
                                event.getAccountId(),
                                Objects.requireNonNull(event.getLimitId()),
                                event.getScopeKey(),
                                start == null || !isWindowed(evidence, event) ? null : start.toEpochMilli(),
                                event.getCrossingEventId(),
                                event.getThresholdBasisPoints()),
                        Expectation.reached(
                                Objects.requireNonNull(event.getUsed()),
                                until == null ? null : until.toEpochMilli(),
                                event.getMode() == Mode.ADVISORY),
                        (one, other) -> one + " and " + other);
            }
        }
        return differences(evidence.expectation().crossings(), said);
    }

    private static boolean isReached(LimitEvent event) {
        return event.getKind() == LimitEventKind.SOFT_LIMIT_REACHED
                || event.getKind() == LimitEventKind.HARD_LIMIT_REACHED
                || event.getKind() == LimitEventKind.ADVISORY_LIMIT_REACHED;
    }

    /** Events of other limits name the span that they looked at, too. */
    private static boolean isWindowed(Evidence evidence, LimitEvent event) {
        return evidence.expectation().isWindowed(event.getPlanId(), Objects.requireNonNull(event.getLimitId()));
    }

    private static List<String> held(Evidence evidence) {
        long now = System.currentTimeMillis();
        Map<String, Map<String, LimitEvent>> byAccount = new HashMap<>();
        evidence.expectation().held().keySet().forEach(account -> byAccount.put(account, new HashMap<>()));
        for (LimitEvent event : evidence.books().limitEvents()) {
            Map<String, LimitEvent> raised = byAccount.get(event.getAccountId());
            if (raised == null) {
                continue;
            }
            if (isReached(event)) {
                raised.put(event.getLimitEventId(), event);
            } else if (event.getKind() == LimitEventKind.LIMIT_CLEARED) {
                raised.remove(Objects.requireNonNull(event.getClearedEventId()));
            }
        }
        List<String> violations = new ArrayList<>();
        evidence.expectation().held().forEach((account, expected) -> {
            Set<String> said = new LinkedHashSet<>();
            for (LimitEvent event :
                    Objects.requireNonNull(byAccount.get(account)).values()) {
                Instant end = event.getWindowEnd();
                // What time alone has ended, or is about to, is told by whoever comes first: an event or the clock.
                if (isWindowed(evidence, event) && end != null && end.toEpochMilli() > now) {
                    String alert = Expectation.alert(
                            Objects.requireNonNull(event.getLimitId()),
                            event.getScopeKey(),
                            Objects.requireNonNull(event.getWindowStart()).toEpochMilli(),
                            event.getThresholdBasisPoints() == null ? 10_000 : event.getThresholdBasisPoints());
                    if (!said.add(alert)) {
                        violations.add(account + " holds twice: " + alert);
                    }
                    if (!expected.contains(alert)) {
                        violations.add(account + " holds, but should not: " + event);
                    }
                }
            }
            expected.stream()
                    .filter(alert ->
                            !said.contains(alert) && evidence.expectation().endOf(account, alert) > now)
                    .forEach(alert -> violations.add(account + " does not hold, but should: " + alert));
        });
        return bounded(violations);
    }

    private static List<String> suspensions(Evidence evidence) {
        Map<String, Long> expected = new HashMap<>();
        evidence.suspensions().forEach(command -> expected.put(command, 1L));
        Map<String, Long> said = new HashMap<>();
        for (LimitEvent event : evidence.books().limitEvents()) {
            String cause = event.getCrossingEventId();
            if (cause != null && expected.containsKey(cause)) {
                said.merge(cause, 1L, Long::sum);
            }
        }
        for (DeadLetter letter : evidence.books().otherDeadLetters()) {
            String command = letter.getEventId();
            if (command != null && expected.containsKey(command)) {
                said.merge(command, 1L, Long::sum);
            }
        }
        said.forEach((command, count) -> expected.merge(command, count, (one, other) -> one));
        Map<String, Long> twice = new HashMap<>(said);
        twice.values().removeIf(count -> count == 1);
        return bounded(twice.entrySet().stream()
                .map(entry -> "command " + entry.getKey() + " was told " + entry.getValue() + " times")
                .toList());
    }

    private static List<String> clickHouseJournal(Evidence evidence) throws SQLException {
        Map<String, Long> expected = new HashMap<>();
        for (UsageJournalEntry entry : evidence.books().journal()) {
            if (isOfTheRound(evidence, entry.getAccountId())) {
                expected.merge(
                        entry.getSourcePartition() + ":" + entry.getSourceOffset() + " " + entry.getVerdict() + " "
                                + Objects.requireNonNullElse(entry.getCorrectionId(), ""),
                        1L,
                        Long::sum);
            }
        }
        return differences(expected, evidence.clickHouse().journal());
    }

    private static List<String> clickHouseDeadLetters(Evidence evidence) throws SQLException {
        Map<String, Long> said = evidence.clickHouse().deadLetters();
        Map<String, Long> expected = new HashMap<>();
        for (DeadLetter letter : evidence.books().deadLetters()) {
            String position =
                    letter.getSourceTopic() + " " + letter.getSourcePartition() + ":" + letter.getSourceOffset();
            expected.merge(position, 1L, Long::sum);
        }
        said.keySet().retainAll(expected.keySet());
        return differences(expected, said);
    }

    private static List<String> clickHouseLimitEvents(Evidence evidence) throws SQLException {
        Map<String, Long> expected = new HashMap<>();
        for (LimitEvent event : evidence.books().limitEvents()) {
            if (isOfTheRound(evidence, event.getAccountId())) {
                expected.put(event.getLimitEventId(), 1L);
            }
        }
        return differences(expected, evidence.clickHouse().limitEvents());
    }

    private static List<String> clickHouseTotals(Evidence evidence) throws SQLException {
        return differences(
                evidence.expectation().totals(), evidence.clickHouse().totals());
    }

    private static List<String> clickHouseUsage(Evidence evidence) throws SQLException {
        return differences(evidence.expectation().usage(), evidence.clickHouse().usage());
    }

    private static List<String> positions(Evidence evidence) throws SQLException {
        return differences(
                rowsOfLedgers(evidence.books().reached()),
                rowsOfLedgers(evidence.clickHouse().positions()));
    }

    /** A limit event may be written twice until parts are merged: of its table only the offsets count. */
    private static Map<String, Reached> rowsOfLedgers(Map<String, Reached> positions) {
        Map<String, Reached> counted = new HashMap<>(positions);
        counted.replaceAll((table, reached) ->
                table.startsWith("limit_event ") ? new Reached(0, reached.highestOffset()) : reached);
        return counted;
    }

    private static boolean isOfTheRound(Evidence evidence, String account) {
        return account.startsWith(evidence.expectation().prefix());
    }

    private static List<String> differences(Map<?, ?> expected, Map<?, ?> said) {
        Set<Object> keys = new HashSet<>(expected.keySet());
        keys.addAll(said.keySet());
        List<String> found = new ArrayList<>();
        for (Object key : keys) {
            Object one = expected.get(key);
            Object other = said.get(key);
            if (!Objects.equals(one, other)) {
                found.add(key + ": should be " + (one == null ? "nothing" : one) + ", is "
                        + (other == null ? "nothing" : other));
            }
        }
        found.sort(null);
        return bounded(found);
    }

    private static List<String> bounded(List<String> found) {
        if (found.size() <= SHOWN) {
            return found;
        }
        List<String> some = new ArrayList<>(found.subList(0, SHOWN));
        some.add("and " + (found.size() - SHOWN) + " more");
        return some;
    }
}
