package dev.tollgate.schemas.serde;

import org.apache.kafka.common.errors.SerializationException;

/** The payload is well-formed, but a record of another type than the one to read: published to the wrong topic. */
public final class WrongTypeException extends SerializationException {
    private static final long serialVersionUID = 1L;

    WrongTypeException(int id, String found, String expected) {
        super("payload of schema id " + id + " is a " + found + ", expected " + expected);
    }
}
