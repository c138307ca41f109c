#include "par/together.h"

enum { NO_UNIT = -1 };

/* A rank's part of a unit; what goes wrong on one goes wrong on all. */
static llr_code_t solve_part(const llr_together_t *together, int64_t unit, llr_text_t *out,
                             llr_error_t *error)
{
    const llr_schedule_job_t *job = together->job;
    llr_code_t code = job->solve(job->argument, unit, out, error);
    if (code == LLR_OK) code = llr_dist_check(together->group->dist, error);
    return llr_comm_agree(together->group->comm, code, error);
}

/* The units that the leader announces. What goes wrong, it passes on. */
static void follow(const llr_together_t *together)
{
    for (int64_t unit = 0; unit != NO_UNIT;) {
        llr_error_t error = {0};
        llr_text_t rows = {0};
        llr_comm_announce(together->group->comm, &unit, sizeof unit);
        if (unit == NO_UNIT) return;
        solve_part(together, unit, &rows, &error);
        llr_text_destroy(&rows);
    }
}

static bool stop_wanted(const llr_together_t *together)
{
    const llr_schedule_job_t *job = together->job;
    return job->stop_wanted && job->stop_wanted(job->argument);
}

bool llr_together_abandons(llr_together_t *together)
{
    llr_comm_t *comm = together->group->comm;
    char leave = 0;
    together->asked = llr_comm_any(comm, stop_wanted(together)) || together->asked;
    if (*together->schedule) leave = llr_schedule_tick(*together->schedule);
    llr_comm_broadcast(comm, &leave, sizeof leave);
    return leave;
}

/* The leader's job: solving goes by the group, all else as it was. */

static llr_code_t lead_solve(void *argument, int64_t unit, llr_text_t *out, llr_error_t *error)
{
    const llr_together_t *together = argument;
    llr_comm_announce(together->group->comm, &unit, sizeof unit);
    return solve_part(together, unit, out, error);
}

static llr_code_t lead_keep(void *argument, int64_t unit, const void *bytes, int64_t count,
                            llr_error_t *error)
{
    const llr_schedule_job_t *job = ((llr_together_t *)argument)->job;
    return job->keep(job->argument, unit, bytes, count, error);
}

static llr_code_t lead_pulse(void *argument, llr_error_t *error)
{
    const llr_schedule_job_t *job = ((llr_together_t *)argument)->job;
    return job->pulse ? job->pulse(job->argument, error) : LLR_OK;
}

static bool lead_stop_wanted(void *argument)
{
    const llr_together_t *together = argument;
    return together->asked || stop_wanted(together);
}

static bool lead_time_is_up(void *argument)
{
    const llr_schedule_job_t *job = ((llr_together_t *)argument)->job;
    return job->time_is_up && job->time_is_up(job->argument);
}

static bool lead_fits(void *argument, int64_t unit, double ahead)
{
    const llr_schedule_job_t *job = ((llr_together_t *)argument)->job;
    return job->fits(job->argument, unit, ahead);
}

static llr_code_t lead(llr_together_t *together, llr_error_t *error)
{
    llr_schedule_job_t job = *together->job;
    int64_t end = NO_UNIT;
    job.solve = lead_solve;
    job.keep = lead_keep;
    job.pulse = lead_pulse;
    job.stop_wanted = lead_stop_wanted;
    job.time_is_up = lead_time_is_up;
    job.fits = job.fits ? lead_fits : NULL;
    job.argument = together;
    llr_code_t code = llr_schedule_run(together->group->leaders, &job, together->schedule, error);
    llr_comm_announce(together->group->comm, &end, sizeof end);
    return code;
}

llr_code_t llr_together_run(llr_together_t *together, llr_comm_t *comm, llr_error_t *error)
{
    llr_code_t code = LLR_OK;
    if (llr_group_leads(together->group))
        code = lead(together, error);
    else if (together->group->comm)
        follow(together);
    return llr_comm_agree(comm, code, error);
}
