package dev.tollgate.streams.task;

import dev.tollgate.engine.AccountState;
import dev.tollgate.engine.AccountingEngine;
import dev.tollgate.engine.EngineSettings;
import dev.tollgate.engine.input.Input;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.Outputs;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.output.UsageTotal;
import dev.tollgate.streams.plan.CatalogView;
import dev.tollgate.streams.plan.InMemoryPlanCatalog.Notice;
import dev.tollgate.streams.store.AccountRecord;
import dev.tollgate.streams.store.KafkaEventIndex;
import dev.tollgate.streams.store.ScopeId;
import dev.tollgate.streams.translate.RejectedRecordException;
import org.jspecify.annotations.Nullable;

/**
 * Calls the engine for the accounts of a task and emits what it answers. The only class that changes the state of an
 * account; it saves nothing and knows no clock and no throttle.
 */
final class EngineRunner {
    private final AccountingEngine engine;
    private final KafkaEventIndex index;
    private final AccountCache accounts;
    private final PlanViews plans;
    private final Emitter emitter;
    private final OutputCollector outputs = new OutputCollector();

    /** What an input did to its account. */
    enum Effect {
        /** Nothing, as a duplicate. */
        NONE,
        /** Usage has changed. */
        CHANGED,
        /** An alert, block, clearing or change was emitted, which readers of the snapshot wait for. */
        TRANSITION
    }

    EngineRunner(
            EngineSettings settings, KafkaEventIndex index, AccountCache accounts, PlanViews plans, Emitter emitter) {
        this.engine = new AccountingEngine(settings);
        this.index = index;
        this.accounts = accounts;
        this.plans = plans;
        this.emitter = emitter;
    }

    /**
     * Applies an input. The caller saves the account.
     *
     * @throws RejectedRecordException if the engine rejects the input; the state is as before
     */
    Effect apply(CachedAccount account, Input input, CatalogView plans) throws RejectedRecordException {
        AccountState state = account.record.state();
        long before = state.version();
        outputs.begin();
        try {
            engine.apply(state, input, plans.plans(), index.of(account.record), outputs);
            index.expireSome();
        } catch (RuntimeException | Error e) {
            // The state may be changed by half. The task ends with this exception; nobody may save that state before.
            accounts.drop(account);
            throw e;
        }
        RejectionReason rejection = outputs.rejection;
        if (rejection != null) {
            throw new RejectedRecordException(rejection, outputs.rejectionDetail);
        }
        if (outputs.transition) {
            return Effect.TRANSITION;
        }
        return state.version() == before ? Effect.NONE : Effect.CHANGED;
    }

    /** Whether an account is to be told of a coming plan version. */
    boolean isDue(AccountRecord account, Notice notice) {
        return engine.planIdAt(account.state(), notice.atMillis()).equals(notice.planId())
                && engine.hasNotice(account.state(), plans.at(notice.atMillis()).plans(), notice.atMillis());
    }

    /**
     * Emits the snapshot of an account, and those of its projects and API keys that have changed since the last one.
     */
    void emitSnapshot(CachedAccount account, long nowMillis) {
        AccountState state = account.record.state();
        CatalogView present = plans.at(account.record.clockMillis());
        emitter.snapshot(
                engine.accountSnapshot(state, present.plans(), nowMillis), account.record, present::bucketName);
        for (ScopeId id : account.record.takeUnpublishedStates()) {
            emitter.snapshot(
                    id,
                    engine.scopeSnapshot(state, present.plans(), nowMillis, id.scope(), id.key()),
                    account.record,
                    present::bucketName);
        }
    }

    /** Emits the totals of an account's open windows, and those of its changed projects and API keys. */
    void emitTotals(CachedAccount account) {
        outputs.begin();
        AccountState state = account.record.state();
        CatalogView present = plans.at(account.record.clockMillis());
        engine.openAccountTotals(state, present.plans(), outputs);
        for (ScopeId id : account.record.takeUnpublishedTotals()) {
            engine.openScopeTotals(state, present.plans(), id.scope(), id.key(), outputs);
        }
    }

    /** Emits at once, and remembers what the caller has to know. */
    private final class OutputCollector implements Outputs {
        private boolean transition;
        private @Nullable RejectionReason rejection;
        private String rejectionDetail = "";

        void begin() {
            transition = false;
            rejection = null;
            rejectionDetail = "";
        }

        @Override
        public void journal(JournalEntry entry) {
            emitter.journal(entry);
        }

        @Override
        public void total(UsageTotal total) {
            emitter.total(total);
        }

        @Override
        public void limitEvent(LimitEvent event) {
            transition = true;
            emitter.limitEvent(event);
        }

        @Override
        public void rejected(RejectionReason reason, String detail) {
            rejection = reason;
            rejectionDetail = detail;
        }
    }
}
