package dev.tollgate.notify.internal.loop;

import dev.tollgate.notify.internal.http.Answer;
import dev.tollgate.notify.internal.lane.EndpointLanes.Attempt;
import dev.tollgate.schemas.avro.LimitEvent;
import java.time.Duration;
import java.time.Instant;

/** An attempt with its answer. */
record FinishedAttempt(Attempt<LimitEvent> attempt, Answer answer, Instant startedAt, Duration duration) {}
