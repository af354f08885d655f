package dev.tollgate.sink.internal.insert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.sink.internal.clickhouse.ClickHouseWriter;
import dev.tollgate.sink.internal.clickhouse.OffsetRange;
import dev.tollgate.sink.internal.clickhouse.RowSource;
import dev.tollgate.sink.internal.clickhouse.StoredApplication;
import dev.tollgate.sink.internal.clickhouse.StoredRows;
import dev.tollgate.sink.internal.clickhouse.TableInsert;
import dev.tollgate.sink.internal.clickhouse.TablePosition;
import dev.tollgate.sink.internal.clickhouse.TestingWriter;
import dev.tollgate.sink.internal.failure.RejectedInsertException;
import dev.tollgate.sink.internal.failure.UnavailableException;
import dev.tollgate.sink.internal.table.TableMapping;
import dev.tollgate.sink.internal.table.TableMappings;
import dev.tollgate.sink.status.SinkException;
import dev.tollgate.sink.status.SinkMetrics;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * The protocol against a ClickHouse that loses tokens, rows, requests and answers: every history up to a number of
 * faults, and random longer ones.
 */
final class FencedInsertsTest {
    static final long[] OFFSETS = {3, 5, 8};

    private static final Logger LOG = (Logger) LoggerFactory.getLogger(FencedInserts.class);
    private static final RowSource SOURCE =
            new RowSource(new TopicPartition("usage-journal", 1), "topic-id", new OffsetRange(3, 9));
    private static final SinkMetrics METRICS = new SinkMetrics();

    private static @Nullable Level level;

    /** Millions of histories would each tell of their tokens. */
    @BeforeAll
    static void quiet() {
        level = LOG.getLevel();
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void loud() {
        LOG.setLevel(level);
    }

    @Test
    void givenOneMemberAndAnyFourFaults_whenAllIsOver_thenEachMonthStandsOnce() {
        Findings findings = exploreAll(choose -> history(choose, FENCED, 1, 2, 4, true));

        assertThat(findings.histories()).isGreaterThan(10_000);
        assertThat(findings.wrong()).isEmpty();
    }

    @Test
    void givenTwoMembersAtOnceAndAnyTwoFaults_whenAllIsOver_thenEachMonthStandsOnce() {
        Findings findings = exploreAll(choose -> history(choose, FENCED, 2, 1, 2, false));

        assertThat(findings.histories()).isGreaterThan(10_000);
        assertThat(findings.wrong()).isEmpty();
    }

    @Test
    void givenThreeMembersAndManyFaults_whenHistoriesAreRandom_thenEachMonthStandsOnce() {
        long seed = Long.getLong("tollgate.seed", System.nanoTime());
        int histories = Integer.getInteger("tollgate.histories", 20_000);
        System.out.println("FencedInsertsTest: -Dtollgate.seed=" + seed + " -Dtollgate.histories=" + histories);
        for (int i = 0; i < histories; i++) {
            SplittableRandom random = new SplittableRandom(seed + i);
            String wrong = history(random::nextInt, FENCED, 3, 2, 8, false);

            assertThat(wrong).as("seed %d", seed + i).isNull();
        }
    }

    /** Otherwise the histories above would prove nothing. */
    @Test
    void givenATokenAlone_whenARenameFails_thenTheHistoriesFindTheLoss() {
        Findings findings = exploreAll(choose -> history(choose, TOKEN_ALONE, 1, 1, 1, true));

        assertThat(findings.wrong()).anyMatch(wrong -> wrong.contains("stands 0 times"));
    }

    @Test
    void givenALookAlone_whenARequestIsLate_thenTheHistoriesFindTheDouble() {
        Findings findings = exploreAll(choose -> history(choose, LOOK_ALONE, 1, 1, 1, true));

        assertThat(findings.wrong()).anyMatch(wrong -> wrong.contains("stands 2 times"));
    }

    @Test
    void givenACleanAnswerToAFirstAttempt_whenInserted_thenNothingIsReadBack() throws UnavailableException {
        TestingWriter writer = new TestingWriter();
        SinkMetrics metrics = new SinkMetrics();
        FencedInserts inserts = new FencedInserts(SOURCE, inserts(2), false, metrics);

        finish(inserts, writer);

        assertThat(writer.tokens).containsExactly("token-202611", "token-202612");
        assertThat(metrics.snapshot().readBacks()).isZero();
        assertThat(metrics.snapshot().unclear()).isZero();
    }

    @Test
    void givenTheRowsOfAnUnclearInsert_whenTheyStand_thenNothingIsSentAgain() throws UnavailableException {
        TestingWriter writer = new TestingWriter();
        writer.inserts.add(inserts(1).getFirst());
        writer.tokens.add("by-another");
        FencedInserts inserts = new FencedInserts(SOURCE, inserts(1), true, new SinkMetrics());

        finish(inserts, writer);

        assertThat(writer.tokens).containsExactly("by-another");
    }

    @Test
    void givenAServerThatNeverStores_whenItAnswersAllTheSame_thenEachNextTokenIsTriedAfterAWait() {
        List<@Nullable String> tokens = new ArrayList<>();
        ClickHouseWriter forgetful = new ForgetfulWriter(tokens, Map.of());
        SinkMetrics metrics = new SinkMetrics();
        FencedInserts inserts = new FencedInserts(SOURCE, inserts(1), true, metrics);

        for (int waits = 0; waits < 3; waits++) {
            assertThatThrownBy(() -> finish(inserts, forgetful))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("none stand");
        }

        assertThat(tokens).containsExactly("token-202611", "token-202611.1", "token-202611.2", "token-202611.3");
        assertThat(metrics.snapshot().fences()).isEqualTo(4);
    }

    @Test
    void givenRowsThatStandPartly_whenReadBack_thenItStopsAndSaysWhatStandsAndWhatToDo() {
        ClickHouseWriter partly = new ForgetfulWriter(new ArrayList<>(), Map.of(202611, new StoredRows(2, 3, 5, 8)));
        FencedInserts inserts = new FencedInserts(SOURCE, inserts(1), true, new SinkMetrics());

        assertThatThrownBy(() -> finish(inserts, partly))
                .isInstanceOf(SinkException.class)
                .hasMessageContaining(
                        "rows of the range stand partly: table request_journal holds 2 rows of offsets 3 to 5"
                                + " of usage-journal-1@3 to 8 in month 202611, expected are 3 rows of offsets 3 to 8")
                .hasMessageContaining("ALTER TABLE request_journal DELETE WHERE record_topic_id = 'topic-id' AND"
                        + " record_partition = 1 AND record_offset >= 3 AND record_offset < 9 AND ")
                .hasMessageContaining("toYYYYMM(occurred_at)) = 202611");
    }

    @Test
    void givenATableWhoseNewestVersionHolds_whenAnAnswerIsLost_thenItIsSentAgainWithoutToken() throws Exception {
        TableMapping<?> totals = TableMappings.ALL.stream()
                .filter(mapping -> mapping.topic() == Topic.USAGE_TOTALS)
                .findFirst()
                .orElseThrow();
        TestingWriter writer = new TestingWriter();
        writer.failures = 1;
        SinkMetrics metrics = new SinkMetrics();
        FencedInserts inserts = new FencedInserts(
                SOURCE, List.of(new TableInsert(totals, 202611, "token", new byte[0], OFFSETS)), true, metrics);

        assertThatThrownBy(() -> finish(inserts, writer)).isInstanceOf(UnavailableException.class);
        finish(inserts, writer);

        assertThat(writer.tokens).hasSize(1).containsOnlyNulls();
        assertThat(metrics.snapshot().readBacks()).isZero();
    }

    private static void finish(FencedInserts inserts, ClickHouseWriter writer) throws UnavailableException {
        while (!inserts.isDone()) {
            inserts.step(writer, () -> 0);
        }
    }

    private static List<TableInsert> inserts(int months) {
        List<TableInsert> inserts = new ArrayList<>();
        for (int month = 202611; month < 202611 + months; month++) {
            inserts.add(new TableInsert(TableMappings.ALL.getFirst(), month, "token-" + month, new byte[0], OFFSETS));
        }
        return inserts;
    }

    // ---------------------------------------------------------------- histories

    /** Who writes a batch. */
    private interface Member {
        boolean isDone();

        void step(ClickHouseWriter writer) throws UnavailableException;
    }

    private interface Protocol {
        Member member(int months, boolean mayBeStored);
    }

    private static final Protocol FENCED = (months, mayBeStored) -> {
        FencedInserts inserts = new FencedInserts(SOURCE, inserts(months), mayBeStored, METRICS);
        return new Member() {
            @Override
            public boolean isDone() {
                return inserts.isDone();
            }

            @Override
            public void step(ClickHouseWriter writer) throws UnavailableException {
                inserts.step(writer, () -> 0);
            }
        };
    };

    /** Repeats under one token until it is answered. */
    private static final Protocol TOKEN_ALONE = (months, mayBeStored) -> new PlainMember(months, false);
    /** Looks, and inserts without a token what is not there. */
    private static final Protocol LOOK_ALONE = (months, mayBeStored) -> new PlainMember(months, true);

    private static final class PlainMember implements Member {
        private final List<TableInsert> left;
        private final boolean looks;

        PlainMember(int months, boolean looks) {
            this.left = new ArrayList<>(inserts(months));
            this.looks = looks;
        }

        @Override
        public boolean isDone() {
            return left.isEmpty();
        }

        @Override
        public void step(ClickHouseWriter writer) throws UnavailableException {
            TableInsert insert = left.getFirst();
            boolean stands = looks
                    && writer.storedRows(insert.mapping(), SOURCE, insert.month(), insert.month())
                            .containsKey(insert.month());
            if (!stands) {
                try {
                    writer.insert(insert, looks ? null : insert.token(0));
                } catch (RejectedInsertException e) {
                    throw new IllegalStateException(e);
                }
            }
            left.removeFirst();
        }
    }

    /**
     * Lets members write the same batch until all are done and every late request has arrived.
     *
     * @return what is wrong then, null for nothing
     */
    private static @Nullable String history(
            IntUnaryOperator choose, Protocol protocol, int members, int months, int faults, boolean powerCanFail) {
        SimulatedClickHouse server = new SimulatedClickHouse(choose, faults, powerCanFail);
        List<Member> working = new ArrayList<>();
        for (int i = 0; i < members; i++) {
            working.add(protocol.member(months, i > 0));
        }
        while (!working.isEmpty()) {
            int turns = working.size() + server.requestsOnTheWay();
            int turn = turns == 1 ? 0 : choose.applyAsInt(turns);
            if (turn >= working.size()) {
                server.arrive(turn - working.size());
                continue;
            }
            Member member = working.get(turn);
            try {
                member.step(server);
            } catch (UnavailableException e) {
                // It goes on at its next turn.
            }
            if (member.isDone()) {
                working.remove(member);
            }
        }
        while (server.requestsOnTheWay() > 0) {
            server.arrive(0);
        }
        for (int month = 202611; month < 202611 + months; month++) {
            if (server.copies(month) != 1) {
                return "month " + month + " stands " + server.copies(month) + " times";
            }
        }
        return null;
    }

    private interface History {
        @Nullable
        String run(IntUnaryOperator choose);
    }

    private record Findings(long histories, List<String> wrong) {}

    /** Every history: after each, the last choice that has another option takes it. */
    private static Findings exploreAll(History history) {
        Choices choices = new Choices();
        long histories = 0;
        List<String> wrong = new ArrayList<>();
        do {
            String found = history.run(choices);
            histories++;
            if (found != null && wrong.size() < 20) {
                wrong.add(found + ": choices " + choices);
            }
        } while (choices.next());
        System.out.println("FencedInsertsTest: " + histories + " histories");
        return new Findings(histories, wrong);
    }

    private static final class Choices implements IntUnaryOperator {
        private int[] chosen = new int[64];
        private int[] options = new int[64];
        private int known;
        private int made;

        @Override
        public int applyAsInt(int count) {
            if (made == chosen.length) {
                chosen = Arrays.copyOf(chosen, 2 * made);
                options = Arrays.copyOf(options, 2 * made);
            }
            if (made == known) {
                chosen[known] = 0;
                options[known++] = count;
            }
            return chosen[made++];
        }

        boolean next() {
            known = made;
            made = 0;
            while (known > 0 && chosen[known - 1] == options[known - 1] - 1) {
                known--;
            }
            if (known > 0) {
                chosen[known - 1]++;
            }
            return known > 0;
        }

        @Override
        public String toString() {
            return Arrays.toString(Arrays.copyOf(chosen, made));
        }
    }

    /** Answers every insert, and every look in the same way. */
    private record ForgetfulWriter(List<@Nullable String> tokens, Map<Integer, StoredRows> stands)
            implements ClickHouseWriter {
        @Override
        public List<StoredApplication> applications(String topicId) {
            return List.of();
        }

        @Override
        public void requireTables() {}

        @Override
        public TablePosition position(String table, String topicId, int partition) {
            return new TablePosition(0, 0);
        }

        @Override
        public long storedPositions(String table, String topicId, int partition) {
            return 0;
        }

        @Override
        public Set<Long> storedOffsets(String table, RowSource source) {
            return Set.of();
        }

        @Override
        public void noteLost(String table, RowSource source, String reason) {}

        @Override
        public List<OffsetRange> lostRanges(String table, String topicId, int partition) {
            return List.of();
        }

        @Override
        public Map<Integer, StoredRows> storedRows(
                TableMapping<?> mapping, RowSource source, int firstMonth, int lastMonth) {
            return new HashMap<>(stands);
        }

        @Override
        public void insert(TableInsert insert, @Nullable String token) {
            tokens.add(token);
        }

        @Override
        public void close() {}
    }
}
