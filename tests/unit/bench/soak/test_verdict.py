import random

from tests.bench.soak.processes import Course, Sample
from tests.bench.soak.verdict import find_failures, fit_trends

MIB = 1 << 20
WARM_UP_S = 600.0


def run(rss=lambda at: 500 * MIB, threads=lambda at: 20, files=lambda at: 60, *, begin=0, end=3600):
    samples = [Sample(float(at), round(rss(at)), threads(at), files(at)) for at in range(begin, end, 10)]
    return Course("Ocr", samples)


def judge(*courses, required=()):
    return find_failures(courses, required, WARM_UP_S)


def test_growth_while_warming_up_is_flat():
    assert judge(run(lambda at: min(at, 600) * MIB)) == []


def test_a_slow_steady_leak_is_told_with_its_role_and_size():
    [failure] = judge(run(lambda at: (500 + at / 40) * MIB))  # 75 MiB on 515
    assert failure.startswith("Ocr: rss grew by 15%")


def test_growth_within_a_tenth_is_flat():
    assert judge(run(lambda at: (500 + at / 80) * MIB)) == []


def test_a_single_high_sample_is_no_trend():
    assert judge(run(lambda at: (5000 if at == 3590 else 500) * MIB)) == []


def test_a_leak_is_seen_through_noise_and_through_a_low_last_sample():
    rng = random.Random(1)
    [failure] = judge(run(lambda at: (400 if at == 3590 else 500 + at / 30 + rng.uniform(-100, 100)) * MIB))
    assert "rss grew" in failure


def test_a_step_is_told():
    [failure] = judge(run(lambda at: (500 if at < 2000 else 700) * MIB))
    assert "rss grew" in failure


def test_shrinking_is_flat():
    assert judge(run(lambda at: (900 - at / 10) * MIB)) == []


def test_threads_and_files_that_pile_up_are_told():
    assert [failure.split(" grew")[0] for failure in judge(run(threads=lambda at: 20 + at // 600))] == ["Ocr: threads"]
    assert [failure.split(" grew")[0] for failure in judge(run(files=lambda at: 60 + at // 100))] == ["Ocr: files"]


def test_one_thread_more_in_a_small_process_is_flat():
    assert judge(run(threads=lambda at: 2 + (at > 2000))) == []


def test_a_replica_that_started_late_has_its_own_warm_up():
    late = run(lambda at: min(at - 1800, 600) * MIB, begin=1800)
    assert judge(late) == []
    assert judge(run(lambda at: (at - 1700) * MIB, begin=1800))


def test_a_role_whose_processes_all_end_early_is_not_called_flat():
    short = [run(lambda at: 500 * MIB, begin=begin, end=begin + 600) for begin in range(0, 3600, 600)]
    assert judge(*short, required=["Ocr"]) == ["Ocr: no process lived long enough to tell"]
    assert judge(*short, run(), required=["Ocr"]) == []
    assert judge(run(), required=["Chart"]) == ["Chart: no process lived long enough to tell"]


def test_a_process_that_ended_soon_after_its_warm_up_is_not_judged():
    assert judge(run(lambda at: at * MIB, end=880)) == []
    assert judge(run(lambda at: at * MIB, end=920))


def test_no_samples_have_no_trend():
    assert fit_trends([], WARM_UP_S) == []
