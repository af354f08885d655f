package dev.tollgate.streams.task;

import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.input.Input;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.planmodel.input.InputText;
import dev.tollgate.planmodel.input.Violation;
import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.topic.AccountPartitioner;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.input.InputRecord;
import dev.tollgate.streams.translate.InputTranslator;
import dev.tollgate.streams.translate.RecordDecoder;
import dev.tollgate.streams.translate.RecordRejectionReason;
import dev.tollgate.streams.translate.RejectedRecordException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Turns records into inputs of the engine, or rejects them. A record is admitted if its bytes are a record of its
 * topic, if it stands in the partition of its account, and if it can be said in the engine's terms. Whether it makes
 * sense for the account is for the engine to decide.
 *
 * <p>Looks at the record alone, never at a store. Not thread-safe; one per task.
 */
final class RecordAdmission {
    /** Larger events can only be somebody's mistake: the contract's bounds add up to about 20 kB. */
    static final int MAX_EVENT_BYTES = 65_536;

    /** Account ids that are remembered as being in their place; a power of two. */
    private static final int REMEMBERED_IDS = 8_192;

    private final AccountingConfig config;
    private final @Nullable String[] placedIds = new String[REMEMBERED_IDS];
    private final byte[] @Nullable [] placedKeys = new byte[REMEMBERED_IDS][];
    private final RecordDecoder<RequestEvent> requestDecoder;
    private final RecordDecoder<AccountEvent> commandDecoder;

    RecordAdmission(AccountingConfig config, SchemaRegistryClient registry) {
        this.config = config;
        this.requestDecoder = new RecordDecoder<>(RequestEvent.class, registry, MAX_EVENT_BYTES);
        this.commandDecoder = new RecordDecoder<>(AccountEvent.class, registry, MAX_EVENT_BYTES);
    }

    /**
     * An input, and what its record says of itself.
     *
     * @param accountId whose it is
     * @param recordId event id or command id; empty if the record has none
     */
    record Admitted<I extends Input>(String accountId, String recordId, I input) {}

    /**
     * A record of request-events.
     *
     * @param nowMillis wall-clock time
     * @throws RejectedRecordException if it is not admitted
     */
    Admitted<RequestInput> request(InputRecord input, long nowMillis) throws RejectedRecordException {
        RequestEvent event =
                requestDecoder.decode(input.position().topic(), input.value(), input.appendedAtMillis(), nowMillis);
        try {
            requirePlaceOf(event.getAccountId(), input);
            return new Admitted<>(
                    event.getAccountId(),
                    event.getEventId(),
                    InputTranslator.request(event, config.maxAge(), input.appendedAtMillis(), input.position()));
        } catch (RejectedRecordException e) {
            throw e.about(event.getAccountId(), event.getEventId());
        }
    }

    /**
     * A record of account-events.
     *
     * @param nowMillis wall-clock time
     * @throws RejectedRecordException if it is not admitted
     */
    Admitted<AccountInput> command(InputRecord input, long nowMillis) throws RejectedRecordException {
        AccountEvent event =
                commandDecoder.decode(input.position().topic(), input.value(), input.appendedAtMillis(), nowMillis);
        try {
            requirePlaceOf(event.getAccountId(), input);
            return new Admitted<>(
                    event.getAccountId(),
                    event.getCommandId(),
                    InputTranslator.command(event, input.appendedAtMillis(), input.position()));
        } catch (RejectedRecordException e) {
            throw e.about(event.getAccountId(), event.getCommandId());
        }
    }

    /** Elsewhere the account's state may live in another task. */
    private void requirePlaceOf(String accountId, InputRecord input) throws RejectedRecordException {
        // No state is made for an account that there cannot be; and NUL, a control character, separates the parts of
        // keys.
        Violation violation = InputText.required("account_id", accountId, Bounds.MAX_ID_CHARACTERS);
        if (violation != null) {
            throw new RejectedRecordException(RejectionReason.of(violation), violation.sentence());
        }
        byte[] key = input.key();
        int place = accountId.hashCode() & (REMEMBERED_IDS - 1);
        if (accountId.equals(placedIds[place]) && Arrays.equals(key, placedKeys[place])) {
            // A task has one partition.
            return;
        }
        if (!Arrays.equals(key, accountId.getBytes(StandardCharsets.UTF_8))) {
            throw new RejectedRecordException(
                    RecordRejectionReason.KEY_MISMATCH,
                    "record key must be the account id '" + accountId + "' in UTF-8, was "
                            + (key == null ? "null" : "'" + new String(key, StandardCharsets.UTF_8) + "'"));
        }
        int partition = AccountPartitioner.partition(accountId, config.topics().partitions());
        if (partition != input.position().partition()) {
            throw new RejectedRecordException(
                    RecordRejectionReason.WRONG_PARTITION,
                    "records of account '" + accountId + "' must stand in partition " + partition + ", this one is in "
                            + input.position().partition()
                            + "; publish with the default partitioner of Kafka's Java client (murmur2)");
        }
        placedIds[place] = accountId;
        placedKeys[place] = key;
    }
}
