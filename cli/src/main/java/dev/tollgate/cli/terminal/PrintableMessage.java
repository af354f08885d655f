package dev.tollgate.cli.terminal;

import ch.qos.logback.classic.pattern.MessageConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.tollgate.schemas.text.PrintableText;

/** {@code %printable} in logback.xml: the message on one line, whatever names from outside are in it. */
public final class PrintableMessage extends MessageConverter {
    @Override
    public String convert(ILoggingEvent event) {
        return PrintableText.of(super.convert(event));
    }
}
