package dev.tollgate.faults.guarantee;

import java.sql.SQLException;
import java.util.List;

/** Something that must hold after every round, whatever happened in it. */
public interface Guarantee {
    /** What is guaranteed, as a sentence. */
    String sentence();

    /** What contradicts it; empty if nothing does. */
    List<String> violations(Evidence evidence) throws SQLException;
}
