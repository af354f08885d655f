/**
 * The main job as one command: the whole pipeline on one machine under deterministic traffic, with every figure held
 * against an independent recount.
 */
@NullMarked
package dev.tollgate.cli.demo;

import org.jspecify.annotations.NullMarked;
