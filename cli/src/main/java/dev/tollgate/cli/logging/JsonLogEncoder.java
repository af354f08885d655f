package dev.tollgate.cli.logging;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import dev.tollgate.cli.terminal.Json;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One JSON object a line: {@code time} (RFC 3339, UTC), {@code level}, {@code logger}, {@code thread}, {@code role} and
 * {@code instance} once they are known, {@code message}, and {@code exception} with its stack trace where there is one.
 * The lines of a message or a trace are escapes within the text.
 */
public final class JsonLogEncoder extends EncoderBase<ILoggingEvent> {
    private static final byte[] NOTHING = {};

    private final ThrowableProxyConverter traces = new ThrowableProxyConverter();

    @Override
    public void start() {
        traces.setContext(getContext());
        traces.start();
        super.start();
    }

    @Override
    public void stop() {
        traces.stop();
        super.stop();
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("time", event.getInstant().toString());
        fields.put("level", event.getLevel().toString());
        fields.put("logger", event.getLoggerName());
        fields.put("thread", event.getThreadName());
        Map<String, String> identity = event.getLoggerContextVO().getPropertyMap();
        for (String name : new String[] {LogIdentity.ROLE, LogIdentity.INSTANCE}) {
            String value = identity.get(name);
            if (value != null) {
                fields.put(name, value);
            }
        }
        fields.put("message", String.valueOf(event.getFormattedMessage()));
        if (event.getThrowableProxy() != null) {
            fields.put("exception", traces.convert(event));
        }
        return (Json.line(fields) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }
}
