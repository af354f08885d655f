package dev.tollgate.cli.operate;

import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.http.token.TokenHash;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/**
 * {@code hash-token} of {@code tollgate gateway}, {@code gate} and {@code api}: a bearer token as the configuration of
 * the command above holds it.
 */
@Command(
        name = "hash-token",
        description = {
            "Print the configuration line that lets the holder of a token in.",
            "",
            "The token is read from standard input, or asked for without echo on a terminal; it is never an argument,"
                + " which every user of the machine could see. With --new a token of 256 random bits is made and shown"
                + " once, on standard error. The line holds only a salted hash: it is of no use to who reads it."
        },
        footer = {
            "",
            "Examples:",
            "  tollgate gateway hash-token --new billing >> tollgate.properties",
            "  tollgate gate hash-token --new proxy >> tollgate.properties",
            "  tollgate api hash-token --new reports >> tollgate.properties",
            "  tollgate gateway hash-token partner --accounts 'acme,team-*' < token.txt"
        },
        mixinStandardHelpOptions = true)
final class HashTokenCommand implements Runnable {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before run.
    private CommandSpec spec;

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // Set by picocli before run.
    private ServerCommand<?, ?> server;

    @Parameters(
            paramLabel = "NAME",
            description = "What logs and metrics call the token: up to 64 letters, digits, '-' or '_'.")
    @SuppressWarnings("NullAway.Init") // Required by picocli.
    private String name;

    @Option(names = "--new", description = "Make a token instead of reading one.")
    private boolean fresh;

    @Option(
            names = "--accounts",
            paramLabel = "ID,..",
            description = "Accounts that it is for: ids, or prefixes that end in '*'. Default: all.")
    private @Nullable String accounts;

    @Override
    public void run() {
        if (!NAME.matcher(name).matches()) {
            throw usage("NAME must be up to 64 letters, digits, '-' or '_', was '" + name + "'");
        }
        if (accounts != null && accounts.chars().allMatch(c -> c == ',' || c == ' ')) {
            throw usage("--accounts must name at least one account, or be left out");
        }
        String token = fresh ? TokenHash.newToken() : read();
        TokenHash hash;
        try {
            hash = TokenHash.of(token);
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(String.valueOf(e.getMessage()), e);
        }
        PrintWriter out = spec.commandLine().getOut();
        String prefix = server.tokenPrefix();
        out.println(prefix + name + ".hash=" + hash.text());
        if (accounts != null) {
            out.println(prefix + name + ".accounts=" + accounts);
        }
        out.flush();
        if (fresh) {
            PrintWriter err = spec.commandLine().getErr();
            err.println("The token, shown this once: " + token);
            err.flush();
        }
    }

    private String read() {
        Console console = System.console();
        if (console != null && console.isTerminal()) {
            char[] typed = console.readPassword("Token: ");
            return typed == null ? "" : new String(typed);
        }
        try {
            // One byte more than any token, its line end included, so that too long a text is noticed and not cut off.
            byte[] bytes = System.in.readNBytes(TokenHash.MAX_CHARACTERS + 3);
            String text = new String(bytes, StandardCharsets.UTF_8);
            return text.endsWith("\r\n")
                    ? text.substring(0, text.length() - 2)
                    : text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
        } catch (IOException e) {
            throw new UncheckedIOException("standard input cannot be read: " + e.getMessage(), e);
        }
    }

    private ParameterException usage(String problem) {
        return new ParameterException(spec.commandLine(), problem);
    }
}
