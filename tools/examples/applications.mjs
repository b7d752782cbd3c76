import { npmPackage } from './npm-package.mjs';
import { wheels } from './wheels.mjs';

/** What else an environment with the AWS command line has; its releases pin botocore. */
const besideBotocore = [
  'colorama==0.4.6',
  'docutils==0.19',
  'jmespath==1.0.1',
  'pyasn1==0.6.1',
  'python-dateutil==2.9.0.post0',
  'PyYAML==6.0.2',
  'rsa==4.7.2',
  'six==1.17.0',
];

/** Real applications, each with two of its releases, and what they were resolved to. */
export const applications = [
  {
    name: 'allure-commandline',
    command: 'java',
    releases: ['2.39.0', '2.40.0'],
    fetch: (release) => npmPackage('allure-commandline', release, 'dist'),
  },
  {
    name: 'npm',
    command: 'npm',
    releases: ['10.8.3', '10.9.0'],
    fetch: (release) => npmPackage('npm', release),
  },
  {
    name: 'awscli',
    command: 'python',
    releases: ['1.40.0', '1.40.1'],
    fetch: (release) =>
      wheels(`awscli-${release}`, [...awscli[release], ...besideBotocore], import.meta.filename),
  },
];

const awscli = {
  '1.40.0': ['awscli==1.40.0', 'botocore==1.38.0', 's3transfer==0.12.0', 'urllib3==2.3.0'],
  '1.40.1': ['awscli==1.40.1', 'botocore==1.38.1', 's3transfer==0.12.0', 'urllib3==2.4.0'],
};
