"""The decision appendix every Tuesday morning, for Airflow 3 with the standard provider.

`fvmanalys run` is one task, not one a notebook: the notebooks of a run are published together or not at all, and it
already runs them through papermill side by side. Put this file in the folder of DAGs.
"""

from datetime import timedelta

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG(
    dag_id="fvmanalys",
    schedule="30 5 * * 2",
    start_date=pendulum.datetime(2025, 1, 7, tz="Europe/Stockholm"),
    catchup=False,  # with True, Airflow makes every week since start_date, each as of its own day
    max_active_runs=1,
) as dag:
    BashOperator(
        task_id="run",
        bash_command="cd /opt/fvmanalys && .venv/bin/fvmanalys run --wait --as-of {{ ds }}",  # the day the run is for
        retries=1,
        retry_delay=timedelta(minutes=10),
        execution_timeout=timedelta(hours=2),
    )
