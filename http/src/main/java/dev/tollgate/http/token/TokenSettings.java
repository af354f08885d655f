package dev.tollgate.http.token;

import dev.tollgate.schemas.config.ConfigKey;
import dev.tollgate.schemas.config.OpenKeys;
import dev.tollgate.schemas.config.SettingType;
import dev.tollgate.schemas.config.SettingsReader;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a server's tokens: {@code PREFIXtokens.NAME.hash}, {@code .accounts}, {@code .role} and {@code .expires}.
 */
public final class TokenSettings {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    private final String prefix;
    private final Role defaultRole;
    private final OpenKeys<String> hash;
    private final OpenKeys<List<String>> accounts;
    private final OpenKeys<Role> role;
    private final OpenKeys<Instant> expires;

    /**
     * The keys of one server.
     *
     * @param server first word of its keys: {@code gateway}
     * @param command that prints a token's keys
     * @param defaultRole of tokens whose role is not set
     */
    public TokenSettings(String server, String command, Role defaultRole) {
        this.prefix = server + ".tokens.";
        this.defaultRole = defaultRole;
        hash = new OpenKeys<>(
                prefix,
                "NAME",
                ".hash",
                name -> true,
                SettingType.text(),
                "a token; `" + command + "` prints it",
                true);
        accounts = key(
                ".accounts",
                SettingType.list(),
                "comma-separated account ids, or prefixes that end in `*`, that it is for; unset: all");
        role = key(
                ".role",
                SettingType.choice(Role.class),
                "what it is for; unset: `" + defaultRole.name().toLowerCase(Locale.ROOT) + "`");
        expires = key(
                ".expires",
                SettingType.of(
                        "an RFC 3339 time such as 2027-01-31T00:00:00Z",
                        "RFC 3339 time",
                        text -> OffsetDateTime.parse(text).toInstant(),
                        Instant::toString),
                "when it ends, such as `2027-01-31T00:00:00Z`; unset: never");
    }

    private <T> OpenKeys<T> key(String suffix, SettingType<T> type, String doc) {
        return new OpenKeys<>(prefix, "NAME", suffix, name -> true, type, doc, false);
    }

    /** All of them. */
    public List<ConfigKey> keys() {
        return List.of(hash, accounts, role, expires);
    }

    /** Whether any key of a token was there when {@link #read} read them, a wrong one too. */
    public boolean isAnySet(SettingsReader settings) {
        return settings.effective().keySet().stream().anyMatch(key -> key.startsWith(prefix));
    }

    /** Reads the tokens, sorted by name; what is wrong is noted as problems. */
    public List<AccessToken> read(SettingsReader settings) {
        Map<String, String> hashes = settings.all(hash);
        Map<String, List<String>> accountsOf = settings.all(accounts);
        Map<String, Role> roles = settings.all(role);
        Map<String, Instant> ends = settings.all(expires);
        TreeSet<String> names = new TreeSet<>(hashes.keySet());
        names.addAll(accountsOf.keySet());
        names.addAll(roles.keySet());
        names.addAll(ends.keySet());
        List<AccessToken> tokens = new ArrayList<>();
        for (String name : names) {
            @Nullable String text = hashes.get(name);
            List<String> own = accountsOf.getOrDefault(name, List.of());
            if (!NAME.matcher(name).matches()) {
                settings.problem(prefix + name + ".* must be " + prefix + "NAME.hash, .accounts, .role or .expires,"
                        + " with up to 64 letters, digits, '-' or '_' as NAME");
            } else if (text == null) {
                settings.problem(prefix + name + ".hash is missing");
            } else if (accountsOf.containsKey(name) && own.isEmpty()) {
                // Empty would otherwise mean all accounts, the opposite of what whoever emptied the list expects.
                settings.problem(prefix + name + ".accounts must name at least one account, or be left out");
            } else {
                try {
                    tokens.add(new AccessToken(
                            name,
                            TokenHash.parse(text),
                            roles.getOrDefault(name, defaultRole),
                            own,
                            Optional.ofNullable(ends.get(name))));
                } catch (IllegalArgumentException e) {
                    settings.problem(prefix + name + ".hash: " + e.getMessage());
                }
            }
        }
        return tokens;
    }
}
