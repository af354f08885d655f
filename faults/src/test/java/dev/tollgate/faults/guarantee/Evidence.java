package dev.tollgate.faults.guarantee;

import java.util.List;
import java.util.Set;

/**
 * What a round is judged by.
 *
 * @param books what the topics say
 * @param clickHouse what ClickHouse says
 * @param expectation what both must say
 * @param accepted "account id" of each event that a library or the gateway took responsibility for
 * @param suspensions ids of commands that suspend or reinstate accounts of stories
 * @param gates what differs between a gate that lived through the round and the committed state
 * @param ended roles that ended by themselves, with their status
 */
public record Evidence(
        Books books,
        ClickHouseBooks clickHouse,
        Expectation expectation,
        Set<String> accepted,
        Set<String> suspensions,
        List<String> gates,
        List<String> ended) {}
