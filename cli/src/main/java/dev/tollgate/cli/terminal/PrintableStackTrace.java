package dev.tollgate.cli.terminal;

import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.tollgate.schemas.text.PrintableText;

/** {@code %printableTrace} in logback.xml: the stack trace, without what would act on a terminal. */
public final class PrintableStackTrace extends ThrowableProxyConverter {
    @Override
    public String convert(ILoggingEvent event) {
        return PrintableText.lines(super.convert(event));
    }
}
