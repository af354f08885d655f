package dev.tollgate.engine;

import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.internal.account.Account;
import dev.tollgate.engine.internal.account.BucketAssigner;
import dev.tollgate.engine.internal.account.Terms;
import dev.tollgate.engine.internal.account.TermsResolver;
import dev.tollgate.engine.internal.bucket.Bucket;
import dev.tollgate.engine.internal.bucket.BucketGroup;
import dev.tollgate.engine.internal.bucket.FixedBucket;
import dev.tollgate.engine.internal.bucket.KeyBuckets;
import dev.tollgate.engine.internal.bucket.RollingBucket;
import dev.tollgate.engine.internal.rule.Rule;
import dev.tollgate.engine.internal.timeline.TimelineEntry;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.PlanCatalog;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Scope;
import dev.tollgate.planmodel.Threshold;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Shows a state to others. Changes nothing that is part of it. */
final class Snapshots {
    private final TermsResolver resolver;

    Snapshots(TermsResolver resolver) {
        this.resolver = resolver;
    }

    /** With everything. */
    AccountSnapshot of(Account state, PlanCatalog plans, long atMillis) {
        long at = timeOf(state, atMillis);
        Terms terms = resolver.at(state, plans, at);
        List<AccountSnapshot.Bucket> buckets = new ArrayList<>();
        for (int i = 0; i < terms.rules.length; i++) {
            List<Bucket> open = new ArrayList<>();
            terms.groups[i].peekAtEach(open::add);
            addBuckets(buckets, open, state, terms, i, at);
        }
        return with(state, terms, buckets, at);
    }

    /** With the limits of scope {@code ACCOUNT}. */
    AccountSnapshot ofAccount(Account state, PlanCatalog plans, long atMillis) {
        long at = timeOf(state, atMillis);
        Terms terms = resolver.at(state, plans, at);
        List<AccountSnapshot.Bucket> buckets = new ArrayList<>();
        for (int i = 0; i < terms.rules.length; i++) {
            addBuckets(buckets, terms.groups[i].accountBuckets(), state, terms, i, at);
        }
        return with(state, terms, buckets, at);
    }

    /** With the limits of one project or API key; null if there is nothing to show. */
    @Nullable
    AccountSnapshot ofScopeKey(Account state, PlanCatalog plans, long atMillis, Scope scope, String key) {
        KeyBuckets record = state.scopes().peek(scope, key);
        if (record == null) {
            return null;
        }
        long at = timeOf(state, atMillis);
        Terms terms = resolver.at(state, plans, at);
        List<AccountSnapshot.Bucket> buckets = new ArrayList<>();
        for (int i = 0; i < terms.rules.length; i++) {
            if (terms.rules[i].limit.scope() == scope) {
                addBuckets(buckets, terms.groups[i].bucketsOf(record), state, terms, i, at);
            }
        }
        return buckets.isEmpty() ? null : with(state, terms, buckets, at);
    }

    private static long timeOf(Account state, long atMillis) {
        return Math.max(atMillis, Math.max(0, state.judgementTime()));
    }

    private static AccountSnapshot with(Account state, Terms terms, List<AccountSnapshot.Bucket> buckets, long at) {
        PlanVersion plan = terms.plan.source;
        TimelineEntry suspension = state.timeline().suspensionAt(at);
        return new AccountSnapshot(
                state.accountId(),
                state.version(),
                state.streamTimeMillis(),
                at,
                plan.planId(),
                plan.version(),
                terms.exempt,
                suspension != null,
                suspension != null && suspension.change instanceof AccountChange.Suspended suspended
                        ? suspended.untilMillis()
                        : null,
                suspension == null || suspension.source() == null
                        ? null
                        : suspension.source().reason(),
                state.timeline().ownCalendarAt(at),
                Map.copyOf(state.timeline().overridesAt(at)),
                List.copyOf(buckets),
                mostConstrained(buckets));
    }

    private static void addBuckets(
            List<AccountSnapshot.Bucket> shown,
            List<Bucket> open,
            Account state,
            Terms terms,
            int index,
            long atMillis) {
        Rule rule = terms.rules[index];
        BucketGroup group = terms.groups[index];
        boolean found = false;
        for (Bucket bucket : open) {
            if (bucket.covers(atMillis)) {
                shown.add(view(bucket, rule, terms.exempt, atMillis));
                found = true;
            }
        }
        if (!found && rule.limit.scope() == Scope.ACCOUNT) {
            shown.add(view(BucketAssigner.create(state, group, rule, "", atMillis), rule, terms.exempt, atMillis));
        }
    }

    private static AccountSnapshot.Bucket view(Bucket bucket, Rule rule, boolean exempt, long atMillis) {
        long level = bucket.level(atMillis);
        boolean hard = !exempt && level >= rule.levelOf(rule.targets() - 1);
        Amount amount = rule.amount;
        long used = bucket.used(atMillis);
        return new AccountSnapshot.Bucket(
                rule.limit.id(),
                rule.limit.meterId(),
                rule.limit.algorithm(),
                rule.limit.mode(),
                rule.limit.scope(),
                bucket.scopeKey,
                amount,
                used,
                amount.isUnlimited() ? Long.MAX_VALUE : Math.max(0, amount.units() - used),
                bucket.windowStart(),
                Math.max(atMillis, bucket.windowEnd()),
                exempt ? List.of() : thresholdsReached(rule, level),
                hard,
                hard && rule.enforced() ? Long.valueOf(blockedUntil(bucket)) : null);
    }

    private static List<Threshold> thresholdsReached(Rule rule, long level) {
        int reached = 0;
        while (reached < rule.targets() - 1 && level >= rule.levelOf(reached)) {
            reached++;
        }
        return rule.limit.thresholds().subList(0, reached);
    }

    private static long blockedUntil(Bucket bucket) {
        return switch (bucket) {
            case FixedBucket fixed -> fixed.windowEnd();
            case RollingBucket rolling -> rolling.overAt((Threshold) null);
        };
    }

    private static Map<String, String> mostConstrained(List<AccountSnapshot.Bucket> buckets) {
        Map<String, AccountSnapshot.Bucket> tightest = new HashMap<>();
        for (AccountSnapshot.Bucket bucket : buckets) {
            if (bucket.scope() == Scope.ACCOUNT
                    && !bucket.amount().isUnlimited()
                    && !(bucket.algorithm() instanceof Algorithm.Concurrency)) {
                tightest.merge(bucket.meterId(), bucket, Snapshots::tighter);
            }
        }
        Map<String, String> limits = new HashMap<>();
        tightest.forEach((meterId, bucket) -> limits.put(meterId, bucket.limitId()));
        return Map.copyOf(limits);
    }

    /** The one with the smaller remaining share; with equal shares the longer one. */
    private static AccountSnapshot.Bucket tighter(AccountSnapshot.Bucket first, AccountSnapshot.Bucket second) {
        int byShare = compareShares(first, second);
        if (byShare != 0) {
            return byShare < 0 ? first : second;
        }
        return first.algorithm().spanMillis() >= second.algorithm().spanMillis() ? first : second;
    }

    /** Compares remaining / amount exactly. An amount of 0 leaves nothing. */
    static int compareShares(AccountSnapshot.Bucket first, AccountSnapshot.Bucket second) {
        BigInteger left = product(first.remaining(), second.amount());
        BigInteger right = product(second.remaining(), first.amount());
        return left.compareTo(right);
    }

    private static BigInteger product(long remaining, Amount amount) {
        return BigInteger.valueOf(remaining).multiply(BigInteger.valueOf(Math.max(1, amount.units())));
    }
}
