package dev.tollgate.sink.reconcile;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * One verdict as it stands at a position of the journal, reduced to what decides usage. Texts that are not set are
 * empty.
 *
 * @param offset of the journal record in its partition, >= 0
 * @param occurredAt event time, whole milliseconds
 * @param costs by meter id; negative for a verdict that takes back
 */
record JournalRecord(
        long offset,
        String accountId,
        String eventId,
        String verdict,
        String correctionId,
        String projectId,
        String apiKeyId,
        String endpoint,
        String planId,
        int planVersion,
        Instant occurredAt,
        Map<String, Long> costs) {

    JournalRecord {
        costs = Map.copyOf(costs);
    }

    /** UTC day of the event. */
    LocalDate day() {
        return LocalDate.ofInstant(occurredAt, ZoneOffset.UTC);
    }

    /**
     * A number that is the same for the same record at the same position, and for another one all but never. Both sides
     * compute it: {@code JournalTable} has the same formula in SQL. CRC-32 of the fields, because JDK and ClickHouse
     * both have it; spread together with the offset to 64 bits, so that sums over many records cannot cancel out.
     */
    long fingerprint() {
        return spread(offset ^ (crc() << 32));
    }

    private long crc() {
        StringBuilder text = new StringBuilder(160);
        for (String field : new String[] {
            accountId,
            eventId,
            verdict,
            correctionId,
            projectId,
            apiKeyId,
            endpoint,
            planId,
            Integer.toString(planVersion)
        }) {
            text.append(field).append('\1');
        }
        text.append(occurredAt.toEpochMilli());
        List<String> amounts = new ArrayList<>();
        costs.forEach((meter, cost) -> amounts.add('\1' + meter + '=' + cost));
        Collections.sort(amounts);
        amounts.forEach(text::append);
        CRC32 crc = new CRC32();
        crc.update(text.toString().getBytes(StandardCharsets.UTF_8));
        return crc.getValue();
    }

    /** ClickHouse's {@code intHash64}: the finalizer of MurmurHash3 behind a constant. */
    private static long spread(long value) {
        long x = value ^ 0x4CF2D2BAAE6DA887L;
        x ^= x >>> 33;
        x *= 0xff51afd7ed558ccdL;
        x ^= x >>> 33;
        x *= 0xc4ceb9fe1a85ec53L;
        return x ^ (x >>> 33);
    }
}
