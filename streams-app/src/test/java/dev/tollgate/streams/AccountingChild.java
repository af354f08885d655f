package dev.tollgate.streams;

import dev.tollgate.streams.config.AccountingConfig;
import java.util.HashMap;
import java.util.Map;

/** An instance in a process of its own, to be killed: settings as {@code key=value} arguments. */
final class AccountingChild {
    private AccountingChild() {}

    public static void main(String[] arguments) throws InterruptedException {
        Map<String, String> settings = new HashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            settings.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
        try (AccountingApp app = new AccountingApp(AccountingConfig.from(settings))) {
            app.start();
            app.awaitTermination();
        }
    }
}
