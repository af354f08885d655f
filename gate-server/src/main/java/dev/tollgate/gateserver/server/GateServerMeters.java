package dev.tollgate.gateserver.server;

import static dev.tollgate.schemas.metrics.MeterDeclaration.counter;
import static dev.tollgate.schemas.metrics.MeterDeclaration.gauge;
import static dev.tollgate.schemas.metrics.MeterDeclaration.timer;

import dev.tollgate.schemas.metrics.MeterDeclaration;
import dev.tollgate.schemas.metrics.MeterGroup;
import dev.tollgate.schemas.metrics.TagDeclaration;
import java.util.List;

/** The meters of the gate as a process, beside those of the gate and the publisher in it. */
public final class GateServerMeters {
    static final MeterDeclaration CHECKS = timer(
            "tollgate.gateserver.check",
            "answers to `/v1/check`, by the status of the decision whatever `deny_status` made of it; 400 for requests"
                    + " that say too little, 401 for those of nobody known",
            new TagDeclaration("status", List.of("200", "400", "401", "403", "422", "429", "503")));

    static final MeterDeclaration KEYS = gauge(
            "tollgate.gateserver.keys", "keys", "API keys that are known; 0 where accounts are not found by keys");

    static final MeterDeclaration KEY_FILE_FAILURES = counter(
            "tollgate.gateserver.key.file.failures",
            "failures",
            "changes of `gate-server.keys.file` that could not be used; what was read before holds");

    /** All of them. */
    public static final MeterGroup GROUP =
            MeterGroup.of("gateserver", "Gate as a process: `tollgate gate`", CHECKS, KEYS, KEY_FILE_FAILURES);

    private GateServerMeters() {}
}
