package dev.tollgate.cli.operate;

import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.schemas.text.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a configuration file every two seconds and lets its tokens be read again when its content has changed, so
 * that one can be revoked without a restart. The content is compared, not the time: files that are mounted are replaced
 * as a whole, and with a time of their own. A file with a mistake changes nothing and is logged once.
 */
final class TokenReload implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TokenReload.class);
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final Path file;
    private final Runnable reload;
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("tokens").factory());
    private byte[] known;

    private TokenReload(Path file, Runnable reload) throws IOException {
        this.file = file;
        this.reload = reload;
        known = digest();
    }

    /**
     * Begins to look.
     *
     * @param reload reads the configuration again and puts its tokens into force; throws what is wrong with them
     * @throws IOException if the file cannot be read
     */
    static TokenReload of(Path file, Runnable reload) throws IOException {
        TokenReload watch = new TokenReload(file, reload);
        var unused = watch.looking.scheduleWithFixedDelay(
                watch::look, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        return watch;
    }

    /** Looks once; package-private so that a test need not wait. */
    synchronized void look() {
        try {
            byte[] found = digest();
            if (!Arrays.equals(found, known)) {
                known = found;
                reload.run();
            }
        } catch (IOException e) {
            // It may be on its way from one content to the next; the tokens stay as they are until it is there.
            LOG.debug("configuration cannot be read: file={}", file, e);
        } catch (InvalidSettingsException | IllegalArgumentException e) {
            LOG.warn(
                    "the changed configuration is not used, the tokens stay as they were: file={} {}",
                    file,
                    e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("the tokens were not read again: file={}", file, e);
        }
    }

    private byte[] digest() throws IOException {
        return Sha256.digest().digest(Files.readAllBytes(file));
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
