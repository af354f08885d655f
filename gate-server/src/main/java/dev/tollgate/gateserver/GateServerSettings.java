package dev.tollgate.gateserver;

import dev.tollgate.gate.Policy;
import dev.tollgate.http.server.HttpSettings;
import dev.tollgate.http.token.Role;
import dev.tollgate.http.token.TokenSettings;
import dev.tollgate.schemas.config.ConfigKey;
import dev.tollgate.schemas.config.Setting;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The keys of the gate as a process, beside those of the library and the publisher in it. */
final class GateServerSettings {
    private static final SettingType<String> HEADER =
            SettingType.text(Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}"), "the name of a header");

    static final HttpSettings HTTP = new HttpSettings("gate-server", GateServerConfig.DEFAULT_PORT);

    static final TokenSettings TOKENS = new TokenSettings("gate-server", "tollgate gate hash-token", Role.CHECK);

    static final Setting<AccountFrom> ACCOUNT_FROM = Setting.of(
            "gate-server.account-from",
            SettingType.choice(AccountFrom.class),
            AccountFrom.HEADER,
            "who says whose call it is: a header that the proxy sets, or the API key that the client sends");

    static final Setting<String> ACCOUNT_HEADER = Setting.of(
            "gate-server.account-header",
            HEADER,
            "X-Account-Id",
            "header with the account; answers that allow a call have it too");

    static final Setting<String> PROJECT_HEADER =
            Setting.of("gate-server.project-header", HEADER, "X-Project-Id", "header with the project; may be missing");

    static final Setting<String> API_KEY_HEADER = Setting.of(
            "gate-server.api-key-id-header",
            HEADER,
            "X-Api-Key-Id",
            "header with the id of the API key, never the key; may be missing");

    static final Setting<String> KEY_HEADER = Setting.of(
            "gate-server.keys.header",
            HEADER,
            "X-Api-Key",
            "header in which clients send their key; `Authorization` has `Bearer` before it");

    static final Setting<Optional<Path>> KEY_FILE = Setting.optional(
            "gate-server.keys.file",
            SettingType.path(),
            "file with a line for each key: its SHA-256, account, id and project; read again when it changes");

    static final Setting<Policy> NO_ACCOUNT = Setting.of(
            "gate-server.no-account",
            SettingType.choice(Policy.class),
            Policy.CLOSED,
            "answer to requests that name no account: 400 or 401, or that the call may go ahead, uncounted");

    static final Setting<Boolean> RECORD = Setting.of(
            "gate-server.record",
            SettingType.flag(),
            false,
            "whether the event of a call is published, unless the request says `record=`");

    static final Setting<Integer> DENY_STATUS = Setting.of(
            "gate-server.deny-status",
            SettingType.of(
                    "an HTTP status from 400 to 599, or 0",
                    "400 to 599; 0",
                    text -> {
                        int status = Integer.parseInt(text);
                        if (status != 0 && (status < 400 || status > 599)) {
                            throw new IllegalArgumentException(text);
                        }
                        return status;
                    },
                    Object::toString),
            0,
            "status of every denial, unless the request says `deny_status=`; 0 for that of its reason");

    static final Setting<List<String>> ENDPOINTS = Setting.of(
            "gate-server.endpoints",
            SettingType.list(),
            List.of(),
            "comma-separated paths such as `/v1/mems/{id}` that calls are named by, others `/{unmatched}`; unset: each"
                    + " path is its own name");

    static final SettingGroup GROUP = group();

    private GateServerSettings() {}

    private static SettingGroup group() {
        List<ConfigKey> keys = new ArrayList<>(HTTP.addressKeys());
        keys.addAll(TOKENS.keys());
        keys.addAll(List.of(
                ACCOUNT_FROM,
                ACCOUNT_HEADER,
                PROJECT_HEADER,
                API_KEY_HEADER,
                KEY_HEADER,
                KEY_FILE,
                NO_ACCOUNT,
                RECORD,
                DENY_STATUS,
                ENDPOINTS));
        keys.addAll(HTTP.tlsKeys());
        keys.addAll(HTTP.boundKeys());
        return SettingGroup.of("gateserver", "Gate as a process (tollgate gate)", keys.toArray(ConfigKey[]::new));
    }
}
