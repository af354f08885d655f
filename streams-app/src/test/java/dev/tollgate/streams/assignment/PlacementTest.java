package dev.tollgate.streams.assignment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class PlacementTest {
    private static final Placement.Rules RULES = new Placement.Rules(1, 100, 2);

    private final List<Integer> tasks = List.of(0, 1, 2, 3);

    @Test
    void givenNobodyHasAnything_whenPlaced_thenTasksAndStandbysAreSpread() {
        Placement.Result<Integer> result = place(instance("a", 2), instance("b", 2), instance("c", 2));

        assertThat(result.isWarmingUp()).isFalse();
        assertThat(result.tasks().values()).allSatisfy(placed -> {
            assertThat(placed.active().size()).isBetween(1, 2);
            assertThat(placed.count()).isBetween(2, 4);
        });
        assertEachTaskIsActiveOnceAndStandsBy(result, 1);
    }

    @Test
    void givenAnInstanceLeaves_whenPlaced_thenOnlyItsTasksMoveAndGoWhereTheirCopiesAre() {
        Placement.Result<Integer> result = place(
                instance("b", 2, 1).with(0, 5), instance("c", 2, 2).with(3, 7).with(0, 50));

        assertThat(result.of("b").active()).containsExactly(0, 1);
        assertThat(result.of("c").active()).containsExactly(2, 3);
        assertThat(result.isWarmingUp()).isFalse();
        assertEachTaskIsActiveOnceAndStandsBy(result, 1);
    }

    @Test
    void givenAnInstanceComesBackWithItsState_whenPlaced_thenItWarmsUpFirstAndTakesOneTaskLater() {
        Placement.Result<Integer> result =
                place(started("a", 2).with(0, 90).with(3, 101), instance("b", 2, 0, 1), instance("c", 2, 2, 3));

        assertThat(result.of("a").active()).isEmpty();
        assertThat(result.of("a").standby()).contains(0);
        assertThat(result.of("b").active()).containsExactly(0, 1);
        assertThat(result.of("c").active()).containsExactly(2, 3);
        assertThat(result.isWarmingUp()).isTrue();

        Placement.Result<Integer> later =
                place(instance("a", 2).with(0, 90).with(3, 101), instance("b", 2, 0, 1), instance("c", 2, 2, 3));
        assertThat(later.of("a").active()).containsExactly(0);
        assertThat(later.of("b").active()).containsExactly(1);
        assertThat(later.of("c").active()).containsExactly(2, 3);
        assertThat(later.isWarmingUp()).isFalse();
    }

    @Test
    void givenAnInstanceLeavesWhileAnotherHasJustComeBack_whenPlaced_thenItsTaskGoesToTheOneThatHasRunForAWhile() {
        Placement.Result<Integer> result =
                place(started("a", 2).with(2, 0), instance("b", 2, 0, 1, 3).with(2, 60));

        assertThat(result.of("b").active()).contains(2);
    }

    /** Seen with changelogs of less than the acceptable lag: the task was read anew by an instance without a copy. */
    @Test
    void givenLittleState_whenAnInstanceLeaves_thenItsTaskGoesToTheCopyAndNotToWhoHasTheLeastToDo() {
        Placement.Result<Integer> result = place(
                instance("a", 2, 1).with(3, 0).with(0, 0).without(2, 60),
                instance("b", 2, 0, 3).with(2, 5).without(1, 70));

        assertThat(result.of("b").active()).contains(2);
        assertThat(result.of("a").active())
                .as("of whose copy it is")
                .containsAnyOf(0, 3)
                .doesNotContain(2);
    }

    @Test
    void givenAGroupThatHasJustStarted_whenAnotherInstanceComes_thenTasksAreSpreadAtOnce() {
        Placement.Result<Integer> result =
                place(started("a", 2, 0, 1, 2, 3), started("b", 2).with(2, 0).with(3, 0));

        assertThat(result.of("b").active()).containsExactly(2, 3);
    }

    @Test
    void givenAnInstanceWithoutState_whenPlaced_thenItWarmsUpATaskThatStaysWhereItIs() {
        Placement.Result<Integer> result = place(instance("a", 2), instance("b", 2, 0, 1), instance("c", 2, 2, 3));

        assertThat(result.isWarmingUp()).isTrue();
        assertThat(result.of("a").active()).isEmpty();
        assertThat(result.of("b").active()).containsExactly(0, 1);
        assertThat(result.of("c").active()).containsExactly(2, 3);
        assertThat(result.of("a").standby()).isNotEmpty();

        Placement.Result<Integer> later = place(
                instance("a", 2).with(result.of("a").standby().getFirst(), 3),
                instance("b", 2, 0, 1),
                instance("c", 2, 2, 3));
        assertThat(later.isWarmingUp()).isFalse();
        assertThat(later.of("a").active()).hasSize(1);
    }

    @Test
    void givenManyTasksToWarmUp_whenPlaced_thenNoMoreThanAllowedAtATime() {
        List<Integer> many = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            many.add(i);
        }
        Placement.Result<Integer> result = Placement.of(
                List.of(
                        instance("a", 1).done(),
                        instance("b", 1, many.toArray(Integer[]::new)).done()),
                many,
                new Placement.Rules(0, 100, 2));

        assertThat(result.of("a").active()).isEmpty();
        assertThat(result.of("a").standby()).hasSize(2);
        assertThat(result.isWarmingUp()).isTrue();
    }

    @Test
    void givenInstancesOfDifferentSize_whenPlaced_thenThreadsCount() {
        Placement.Result<Integer> result = place(instance("a", 3), instance("b", 1));

        assertThat(result.of("a").active()).hasSize(3);
        assertThat(result.of("b").active()).hasSize(1);
    }

    @Test
    void givenTwoInstancesThatBothClaimATask_whenPlaced_thenOneHasIt() {
        Placement.Result<Integer> result = place(instance("a", 2, 0, 1), instance("b", 2, 0, 2, 3));

        assertEachTaskIsActiveOnceAndStandsBy(result, 1);
        assertThat(result.of("a").active()).contains(0);
    }

    @Test
    void givenOneInstance_whenPlaced_thenItHasAllTasksAndNoStandby() {
        Placement.Result<Integer> result = place(instance("a", 2));

        assertThat(result.of("a").active()).containsExactlyElementsOf(tasks);
        assertThat(result.of("a").standby()).isEmpty();
    }

    /** Random groups: instances come, go, and have copies of any age. */
    @Test
    void givenAnyGroup_whenPlacedAgainAndAgain_thenItIsCompleteBalancedAndComesToRest() {
        for (long seed = 1; seed <= 2_000; seed++) {
            Random random = new Random(seed);
            int taskCount = 1 + random.nextInt(24);
            List<Integer> all = new ArrayList<>();
            for (int i = 0; i < taskCount; i++) {
                all.add(i);
            }
            int standbys = random.nextInt(3);
            Placement.Rules rules = new Placement.Rules(standbys, 100, 1 + random.nextInt(3));
            List<Building> group = new ArrayList<>();
            for (int i = 0; i < 1 + random.nextInt(5); i++) {
                int threads = 1 + random.nextInt(3);
                group.add(random.nextInt(3) == 0 ? started("i" + i, threads) : instance("i" + i, threads));
            }
            for (int task : all) {
                if (random.nextInt(4) > 0) {
                    group.get(random.nextInt(group.size())).active.add(task);
                }
                for (Building instance : group) {
                    if (random.nextInt(3) == 0) {
                        instance.with(task, random.nextInt(200));
                    } else {
                        instance.without(task, random.nextInt(400));
                    }
                }
            }
            Placement.Result<Integer> result = placed(group, all, rules, random);
            assertThat(placed(group, all, rules, random)).as("seed %d", seed).isEqualTo(result);
            for (int round = 0; result.isWarmingUp(); round++) {
                assertThat(round).as("seed %d comes to rest", seed).isLessThan(100);
                assertComplete(result, all, standbys, group.size(), seed);
                group = after(result, group);
                result = placed(group, all, rules, random);
            }
            assertComplete(result, all, standbys, group.size(), seed);
            assertBalanced(result, group, seed);
            assertThat(actives(placed(after(result, group), all, rules, random)))
                    .as("seed %d: nobody moves without need", seed)
                    .isEqualTo(actives(result));
        }
    }

    private static Map<String, Object> actives(Placement.Result<Integer> result) {
        Map<String, Object> actives = new TreeMap<>();
        result.tasks().forEach((id, placed) -> actives.put(id, placed.active()));
        return actives;
    }

    private static Placement.Result<Integer> placed(
            List<Building> group, List<Integer> all, Placement.Rules rules, Random random) {
        List<Placement.Instance<Integer>> instances =
                new ArrayList<>(group.stream().map(Building::done).toList());
        List<Integer> shuffled = new ArrayList<>(all);
        Collections.shuffle(instances, random);
        Collections.shuffle(shuffled, random);
        return Placement.of(instances, shuffled, rules);
    }

    /** The group when every copy has been brought up to date. */
    private static List<Building> after(Placement.Result<Integer> result, List<Building> group) {
        List<Building> next = new ArrayList<>();
        for (Building before : group) {
            Placement.Tasks<Integer> placed = result.of(before.id);
            Building now = instance(before.id, before.threads, placed.active().toArray(Integer[]::new));
            placed.standby().forEach(task -> now.with(task, 0));
            next.add(now);
        }
        return next;
    }

    private static void assertComplete(
            Placement.Result<Integer> result, List<Integer> all, int standbys, int instances, long seed) {
        for (int task : all) {
            assertThat(result.tasks().values().stream()
                            .filter(placed -> placed.active().contains(task)))
                    .as("seed %d task %d", seed, task)
                    .hasSize(1);
            assertThat(result.tasks().values().stream()
                            .filter(placed -> placed.standby().contains(task))
                            .count())
                    .as("seed %d standbys of %d", seed, task)
                    .isBetween((long) Math.min(standbys, instances - 1), (long) Math.min(standbys + 1, instances - 1));
            assertThat(result.tasks().values())
                    .noneMatch(placed ->
                            placed.active().contains(task) && placed.standby().contains(task));
        }
    }

    private static void assertBalanced(Placement.Result<Integer> result, List<Building> group, long seed) {
        for (Building from : group) {
            for (Building to : group) {
                double more = result.of(from.id).active().size() / (double) from.threads;
                double less = (result.of(to.id).active().size() + 1) / (double) to.threads;
                assertThat(more).as("seed %d %s %s", seed, from.id, to.id).isLessThanOrEqualTo(less);
            }
        }
    }

    private void assertEachTaskIsActiveOnceAndStandsBy(Placement.Result<Integer> result, int standbys) {
        assertComplete(result, tasks, standbys, result.tasks().size(), 0);
    }

    private Placement.Result<Integer> place(Building... group) {
        return Placement.of(List.of(group).stream().map(Building::done).toList(), tasks, RULES);
    }

    private static Building instance(String id, int threads, Integer... active) {
        return new Building(id, threads, false, new TreeSet<>(List.of(active)), new TreeSet<>(), new HashMap<>());
    }

    private static Building started(String id, int threads, Integer... active) {
        return new Building(id, threads, true, new TreeSet<>(List.of(active)), new TreeSet<>(), new HashMap<>());
    }

    private record Building(
            String id,
            int threads,
            boolean justStarted,
            TreeSet<Integer> active,
            TreeSet<Integer> copies,
            Map<Integer, Long> lag) {
        /** It has a copy that lacks so much. */
        Building with(int task, long missing) {
            copies.add(task);
            return without(task, missing);
        }

        /** It has no copy, and would have to read so much. */
        Building without(int task, long missing) {
            lag.put(task, missing);
            return this;
        }

        Placement.Instance<Integer> done() {
            return new Placement.Instance<>(id, threads, justStarted, active, copies, new TreeMap<>(lag));
        }
    }
}
